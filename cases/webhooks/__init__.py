"""How a webhook message is signed and posted, without Django: nothing here knows what it tells."""
