#!/usr/bin/env bash
# Writes one encrypted backup and throws away those that are too old. Nothing unencrypted touches the folder.
# Settings: JAWAB_BACKUP_RECIPIENT (age1…, the public key), JAWAB_BACKUP_FOLDER, JAWAB_BACKUP_KEEP_DAYS, and the bot's.
set -euo pipefail
umask 077
cd "$(dirname "$0")/.."

recipient=${JAWAB_BACKUP_RECIPIENT:?make a key pair on another computer with age-keygen and set the public half}
folder=${JAWAB_BACKUP_FOLDER:-backups}
jawab=${JAWAB_COMMAND:-.venv/bin/jawab}
mkdir -p "$folder"
part=$(mktemp "$folder/.part.XXXXXX")
trap 'rm -f "$part"' EXIT

"$jawab" backup | age --encrypt --recipient "$recipient" > "$part"
name=jawab-$(date -u +%Y%m%dT%H%M%SZ).tar.age
mv "$part" "$folder/$name"
find "$folder" -name 'jawab-*.tar.age' -mtime "+${JAWAB_BACKUP_KEEP_DAYS:-30}" -delete
echo "backup written: $folder/$name"
