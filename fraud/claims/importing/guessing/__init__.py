"""What an unknown table probably says: its layout, its columns and its forms, each guess with its reason. Pure."""
