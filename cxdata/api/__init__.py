"""The running dashboard as other programs meet it: HTTP, a folder, an assistant, figures on it."""
