"""The natural experiment of Suzhou: what it answers, and its page."""
