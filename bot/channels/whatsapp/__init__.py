"""WhatsApp through Meta's Cloud API. Everything but `channel.py` can be imported without Rasa.

A webhook is verified (`../signature.py`), read (`payloads.py`) and stored (`inbox.py`) before it is acknowledged
(`routes.py`). A worker (`worker.py`) then decides on a reply (`answers.py`), stores it (`outbox.py`) and sends it
(`sender.py`), so that a process killed anywhere in between goes on where it stopped. docs/channels.md tells the rest.
"""
