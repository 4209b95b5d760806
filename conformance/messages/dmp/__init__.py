"""What a French sender writes: the VIHF, the submission set with its signature, the INS; and each way to get it wrong.

Written from the reference as text of its own: nothing of what the server writes or reads is used to make it.
"""
