"""What a user can do wrong. A programmer's mistake stays a ``ValueError``."""

from __future__ import annotations


class CxDataError(Exception):
    """A user's mistake or a situation the user can resolve.

    Attributes
    ----------
    message
        One plain English sentence: what is wrong. It is a translatable text; its
        ``{placeholders}`` are filled from ``values``.
    hint
        One plain sentence: what to do about it; may be empty.
    values
        What fills the placeholders of both.
    """

    def __init__(self, message: str, hint: str = "", **values: object) -> None:
        self.message = message
        self.hint = hint
        self.values = values
        super().__init__(str(self))

    def __str__(self) -> str:
        text = self.message.format(**self.values)
        return f"{text} {self.hint.format(**self.values)}" if self.hint else text


class StoreError(CxDataError):
    """The store can't be opened, read or written."""


class StoreDamaged(StoreError):
    """The store's files are damaged or gone: a backup can take their place."""


class StoreHeld(StoreError):
    """Another program has the store open: it may be asked to do what is wanted."""


class EngineError(CxDataError):
    """The engine that counts in a lake isn't there, fails, or finds no facts to count."""


class ImportRefused(CxDataError):
    """A whole file is refused; the store is as it was."""


class SettingsError(CxDataError):
    """A settings file or value can't be used."""


class FilterError(CxDataError):
    """A filter, period or dimension that doesn't exist."""


class ServerError(CxDataError):
    """The server can't be started, or doesn't stay up."""


class FileError(CxDataError):
    """A file can't be written where it is wanted; what is there is as it was."""


class AccessError(CxDataError):
    """Somebody isn't let in, or may not do or see this."""


class LoginNeeded(AccessError):
    """Nobody is logged in, or the login is too old: logging in helps."""


class AskedWrongly(CxDataError):
    """A request over HTTP that names what doesn't exist, or says too little."""
