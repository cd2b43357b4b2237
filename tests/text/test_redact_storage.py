"""What is masked before it is stored, and what must stay readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.redact_storage import MASK, redact


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("CNIC 35202-1234567-1 hai", f"CNIC {MASK} hai", id="a CNIC"),
        pytest.param("CNIC 3520212345671", f"CNIC {MASK}", id="a CNIC without dashes"),
        pytest.param("CNIC 35202 1234567 1", f"CNIC {MASK}", id="a CNIC with spaces"),
        pytest.param(
            "شناختی کارڈ ۳۵۲۰۲-۱۲۳۴۵۶۷-۱ ہے", f"شناختی کارڈ {MASK} ہے", id="a CNIC in Urdu digits"
        ),
        pytest.param("call 0300-7654321", f"call {MASK}", id="a mobile number"),
        pytest.param("call 03007654321.", f"call {MASK}.", id="a mobile number before a full stop"),
        pytest.param("call 0300.765.4321", f"call {MASK}", id="with points"),
        pytest.param("call +92 300 7654321", f"call {MASK}", id="with the country"),
        pytest.param("call 0092-300-765-4321", f"call {MASK}", id="with the country's zeros"),
        pytest.param("call 923007654321", f"call {MASK}", id="as WhatsApp writes it"),
        pytest.param("call 3007654321", f"call {MASK}", id="without the zero"),
        pytest.param("call (042) 3571-0000", f"call ({MASK}", id="a landline"),
        pytest.param("٠٣٠٠٧٦٥٤٣٢١ پر فون", f"{MASK} پر فون", id="in Arabic digits"),
        pytest.param("0 3 0 0 7 6 5 4 3 2 1", MASK, id="digit by digit"),
        pytest.param(
            "sana.bibi+1@mail.example.pk likhein", f"{MASK} likhein", id="an e-mail address"
        ),
        pytest.param(
            "account 1234567890123456", f"account {MASK}", id="a number too long for a figure"
        ),
    ],
)
def test_what_points_at_a_person_is_masked(text, stored):
    assert redact(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "AMH 0.37 hai, FSH 12.5, LH 8.2, E2 45.3 aur AFC 12",
        "meri umar 38 saal hai",
        "1122 par phone kiya",
        "2019-2020 mein 3 IVF kiye",
        "12-10-2024 ko egg retrieval",
        "05-10-2024 06-11-2024",
        "01/02/2024 se 03/04/2024",
        "sperm count 15000000 hai",
        "15,000,000 per ml",
        "day 3, 5, 7, 9, 11, 13, 15",
        "0.5 0.6 0.7 0.8 0.9",
        "",
        "50-60% ya 70-80%?",
        "کیا ۵۰۰ ملی گرام",
        "@sana",
        "Rs. 250000 - 300000",
    ],
    ids=str,
)
def test_figures_dates_and_words_stay(text):
    assert redact(text) == text


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_and_never_fails(text):
    assert redact(redact(text)) == redact(text)
