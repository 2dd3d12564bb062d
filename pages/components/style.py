"""The few rules of style that Streamlit's themes have no option for."""

import json
from pathlib import Path

from cxdata.i18n import Translator

STYLE = Path(__file__).with_name("style.css")
DROPZONE = '[data-testid="stFileUploaderDropzone"]'


def uploader_words(translate: Translator, most_megabytes: int) -> str:
    """The words of the place for files in the reader's language: Streamlit has English ones only.

    A ``style`` element, of our own words alone.
    """
    size = translate("or drop them here · {n} MB each at most", n=most_megabytes)
    return "".join(
        [
            "<style>",
            _words(f'{DROPZONE} button[kind="secondary"] p', translate("Choose files")),
            _words(f'{DROPZONE} [data-testid="stFileUploaderDropzoneInstructions"] span', size),
            "</style>",
        ]
    )


def _words(place: str, words: str) -> str:
    shown = json.dumps(words, ensure_ascii=False)
    return (
        f"{place} {{ font-size: 0; white-space: normal; }}\n"
        f"{place}::after {{ content: {shown}; font-size: 14px; }}\n"
    )
