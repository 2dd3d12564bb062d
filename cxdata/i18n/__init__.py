"""Languages: texts, numbers, money and dates. The locale is always an argument."""

from cxdata.i18n.translator import LOCALES, N_, SOURCE_LOCALE, Locale, Translator, translator

__all__ = ["LOCALES", "N_", "SOURCE_LOCALE", "Locale", "Translator", "translator"]
