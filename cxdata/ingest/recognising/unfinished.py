"""Columns in which any survey tool says that a row is no finished answer of a real customer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from cxdata.ingest.columns import plain_form
from cxdata.ingest.recognising.known_exports import REASONS_LEFT_OUT, Names
from cxdata.ingest.recognising.layout import LeftOut


def _plain(*texts: str) -> frozenset[str]:
    return frozenset(map(plain_form, texts))


STATUS_HEADERS = _plain(
    *("status", "response status", "answer status", "survey status", "completion status", "state"),
    *("response type", "statut", "statut de la reponse", "statut reponse", "etat", "etat reponse"),
    *("statut de reponse", "statut du questionnaire", "collect status", "disposition", "outcome"),
    *("statut de completion", "etat de la reponse", "interview status", "completeness"),
)
FINISHED_HEADERS = _plain(
    *("finished", "completed", "complete", "is complete", "is completed", "is finished"),
    *("submitted", "termine", "terminee", "complet", "complete oui non", "completed yes no"),
    *("est termine", "questionnaire termine", "reponse complete", "reponse terminee", "valide"),
    *("fini", "acheve", "is valid", "valid"),
)
TEST_HEADERS = _plain(
    *("test", "is test", "is preview", "preview", "test response", "reponse test", "apercu"),
    *("est un test", "reponse de test", "test data", "is test response"),
)
FINISHED = _plain(
    *("complete", "completed", "finished", "submitted", "done", "valid", "closed", "approved"),
    *("complet", "complete", "completee", "termine", "terminee", "fini", "finie", "valide"),
    *(
        "validee",
        "repondu",
        "answered",
        "responded",
        "ok",
        "acheve",
        "achevee",
        "envoye",
        "envoyee",
    ),
    *("soumis", "soumise", "ip address", "live", "normal", "full", "100", "100 %", "1"),
)
UNFINISHED = _plain(
    *("partial", "partially complete", "partially completed", "partial complete", "incomplete"),
    *("not complete", "not completed", "not finished", "unfinished", "partiel", "partielle"),
    *("partiellement complet", "partiellement rempli", "incomplet", "incomplete", "non termine"),
    *("non terminee", "inacheve", "inachevee", "non complet", "non finalise", "en attente"),
    *("disqualified", "disqualifie", "disqualifiee", "screened out", "screen out", "screenout"),
    *("screenedout", "terminated", "quota full", "over quota", "overquota", "quotafull"),
    *("quota atteint", "quota depasse", "hors quota", "hors cible", "non eligible", "ecarte"),
    *("not eligible", "ineligible", "deleted", "supprime", "supprimee", "invalid", "invalide"),
    *("rejected", "rejete", "rejetee", "spam", "bounced", "dropped out", "drop out", "breakoff"),
    *("break off", "suspended", "refused"),
)
# Of an answer these say that it is unfinished; of the ticket it is about they may say its state.
PERHAPS_UNFINISHED = _plain(
    *("in progress", "started", "abandoned", "draft", "opened", "viewed", "en cours", "commence"),
    *("commencee", "debute", "abandonne", "abandonnee", "brouillon", "ouvert", "pending", "open"),
)
TESTS = _plain(
    *("test", "preview", "survey preview", "survey test", "test response", "test data", "testing"),
    *("apercu", "previsualisation", "essai", "reponse test", "demo", "test answer"),
)
NO = _plain("0", "no", "n", "false", "non", "faux")
YES = _plain("1", "yes", "y", "true", "oui", "vrai", "o")


def unfinished_columns(names: Names, taken: Collection[int]) -> Iterator[LeftOut]:
    """The columns that say it, with the values that do; a column that a field is taken from may
    say it, too.

    Parameters
    ----------
    names
        What each column is called, in plain form.
    taken
        Columns of which the export itself tells what is left out.
    """
    previews, unfinished = REASONS_LEFT_OUT["previews"], REASONS_LEFT_OUT["unfinished"]
    for index, called in enumerate(names):
        if index in taken:
            continue
        if called & STATUS_HEADERS:
            words = FINISHED | UNFINISHED | TESTS | PERHAPS_UNFINISHED | {""}
            yield LeftOut(index, TESTS, previews)
            yield LeftOut(index, UNFINISHED, unfinished)
            yield LeftOut(index, PERHAPS_UNFINISHED, unfinished, only_with=words)
        elif called & FINISHED_HEADERS:
            yield LeftOut(index, NO | UNFINISHED, unfinished)
        elif called & TEST_HEADERS:
            yield LeftOut(index, YES | TESTS, previews)


def indices_of(left_out: Sequence[LeftOut]) -> set[int]:
    return {each.index for each in left_out}
