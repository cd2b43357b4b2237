"""Takes out of a message what tells who wrote it: for showing conversations to people who need only their gist."""

import re

HIDDEN = "▮▮▮"
# begins where its characters begin and gives nothing back: a long row of them is walked through once
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++")
# digits of any script in a row, with the spaces, dashes and brackets people put between: CNIC, phone and card numbers
LONG_NUMBER = re.compile(r"\+?\d(?:[\s()/.-]{0,2}\d){6,}")
NAMED = re.compile(
    r"((?:\b(?:mer[ai]|k[ai]) na+m|\b(?:my|his|her|wife'?s|husband'?s) name(?= is|'s|:)|\bi am called|"
    r"میرا نام|کا نام|نام ہے)\s*(?:is|'s|hai|ہے|:)?\s*)"
    r"((?:(?!hai\b|hain\b|ہے|aur\b|اور|and\b|is\b)[^\W\d_]+[ .]?){1,3})",
    re.IGNORECASE,
)
LAB = re.compile(
    r"(\b(?:amh|fsh|lh|tsh|prolactin|estradiol|e2|afc|sperm|count|motility|hb|hcg|testosterone)\b|"
    r"اے ایم ایچ|ایف ایس ایچ|سپرم|کاؤنٹ)([^\d.!?۔؟]{0,20})(\d+(?:[.,٫]\d+)?%?)",
    re.IGNORECASE,
)
MEASURED = re.compile(
    r"(?<!\d)\d++(?:[.,٫]\d++)?(?=\s?(?:ng|pg|m?iu|u|iu|mg|g|pmol|nmol)\s?/\s?(?:ml|dl|l)\b|"
    r"\s?(?:million|ملین|amh|fsh|tsh)\b)",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """Return `text` without e-mail addresses, long numbers, names after "mera naam" and lab values.

    >>> redact("mera naam Zulekha hai, AMH 0.4, 0300-1234567")
    'mera naam ▮▮▮ hai, AMH ▮▮▮, ▮▮▮'
    """
    text = EMAIL.sub(HIDDEN, text)
    text = LONG_NUMBER.sub(HIDDEN, text)
    text = MEASURED.sub(HIDDEN, LAB.sub(rf"\1\2{HIDDEN}", text))
    return NAMED.sub(
        lambda found: found[1] + HIDDEN + (" " if found[2].endswith(" ") else ""), text
    )
