"""How the learned stage is trained; nothing here is needed to run the coder."""
