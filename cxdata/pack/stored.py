"""A pack as JSON and back, to the last digit: how packs are kept, in a format with a number.

A pack is read as strictly as any file from outside: a field of another kind, or a name that no
version ever wrote, is a broken document, said in one sentence. Fields that a later version adds
have defaults, so that documents of earlier ones open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import polars as pl

from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.pack.pack import Pack, PackFigure, PackSection

# What this version writes; it reads all earlier ones.
PACK_FORMAT = 1
BROKEN = N_("The snapshot’s pack is broken ({place}).")
BROKEN_HINT = N_("Check the store, and restore a backup.")

_NUMBERS: dict[str, Any] = {
    it.__name__: it
    for it in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
}
_FLOATS: dict[str, Any] = {it.__name__: it for it in (pl.Float32, pl.Float64)}
_DTYPES: dict[str, Any] = {
    **_NUMBERS,
    **_FLOATS,
    **{it.__name__: it for it in (pl.Boolean, pl.String, pl.Date, pl.Null)},
    "Datetime": pl.Datetime("us"),
    "DatetimeUTC": pl.Datetime("us", "UTC"),
}
_LIST = "List:"
_NO_NUMBERS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class _Wrong(Exception):
    """Where a document isn't as it should be."""


def pack_json(pack: Pack) -> str:
    """The pack as a JSON document of ``PACK_FORMAT``."""
    document = {"format": PACK_FORMAT, "pack": _plain(pack)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def pack_of_json(text: str) -> Pack:
    """The pack that a document of this or an earlier format holds.

    Raises
    ------
    CxDataError
        If it is broken, or of a format that a later version writes.
    """
    try:
        document = json.loads(text, parse_constant=_refused)
        if not isinstance(document, dict):
            raise _Wrong("{}")
        number = document.get("format")
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise _Wrong("format")
        if number > PACK_FORMAT:
            raise CxDataError(
                N_("This snapshot has format {format}; this version reads up to {newest}."),
                N_("Open it with the version that took it, or a newer one."),
                format=number,
                newest=PACK_FORMAT,
            )
        pack: Pack = _built(Pack, document.get("pack"), "pack")
    except (_Wrong, RecursionError) as error:
        raise CxDataError(BROKEN, BROKEN_HINT, place=str(error)) from error
    except ValueError as error:
        raise CxDataError(BROKEN, BROKEN_HINT, place="JSON") from error
    return pack


def parted_pack(pack: Pack) -> tuple[Pack, Pack | None]:
    """The pack without the figures that list people, and one of those alone; None without any."""
    if not pack.names_people:
        return pack, None

    def kept(names_people: bool) -> tuple[PackSection, ...]:
        return tuple(
            replace(it, figures=_figures(it, names_people=names_people)) for it in pack.sections
        )

    named = replace(pack, sections=kept(True), methods=(), facts=())
    return replace(pack, sections=kept(False)), named


def joined_pack(pack: Pack, named: Pack) -> Pack:
    """What ``parted_pack`` parted; figures that list people stand last in their section."""
    by_key = {it.key: it.figures for it in named.sections}
    sections = tuple(
        replace(it, figures=(*it.figures, *by_key.get(it.key, ()))) for it in pack.sections
    )
    return replace(pack, sections=sections)


def _figures(section: PackSection, *, names_people: bool) -> tuple[PackFigure, ...]:
    return tuple(it for it in section.figures if it.names_people == names_people)


# Writing


def _plain(value: Any) -> Any:
    """What JSON has words for; a default of a field isn't written."""
    if isinstance(value, pl.DataFrame):
        return {"columns": [[it.name, _dtype(it.dtype), _cells(it)] for it in value]}
    if is_dataclass(value) and not isinstance(value, type):
        parts = ((it, getattr(value, it.name)) for it in fields(value))
        return {it.name: _plain(part) for it, part in parts if not _is_default(it, part)}
    if isinstance(value, tuple):
        return [_plain(it) for it in value]
    if isinstance(value, float):
        return _number(value)
    return value.isoformat() if isinstance(value, date) else value


def _is_default(field: Field[Any], value: Any) -> bool:
    if field.default is MISSING or isinstance(value, pl.DataFrame):
        return False
    return type(value) is type(field.default) and bool(value == field.default)


def _number(value: float) -> Any:
    return value if isfinite(value) else {"number": str(value)}


def _dtype(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        return _LIST + _dtype(dtype.inner)  # type: ignore[arg-type]
    if isinstance(dtype, pl.Datetime):
        return "Datetime" if dtype.time_zone is None else "DatetimeUTC"
    name = str(dtype.base_type().__name__)
    return name if name in _DTYPES else "String"


def _cells(column: pl.Series) -> list[Any]:
    if not isinstance(column.dtype, pl.List) and _dtype(column.dtype) == "String":
        column = column.cast(pl.String)
    return [_cell(it) for it in column.to_list()]


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return [_cell(it) for it in value]
    if isinstance(value, float):
        return _number(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else value


# Reading


def _refused(name: str) -> Any:
    raise ValueError(name)


def _built(kind: Any, value: Any, place: str) -> Any:
    """The value of that kind, as annotations of the pack's classes say it."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), value, place)
    if origin is Literal:
        return _seen(value, place, lambda it: isinstance(it, str) and it in get_args(kind))
    if origin is tuple:
        return _row(get_args(kind), value, place)
    if kind is pl.DataFrame:
        return _frame(value, place)
    if is_dataclass(kind):
        return _instance(kind, value, place)
    if kind is float:
        return _float(value, place)
    if kind is date:
        return _day(value, place)
    return _seen(value, place, lambda it: type(it) is kind)


def _seen(value: Any, place: str, fits: Callable[[Any], bool]) -> Any:
    if not fits(value):
        raise _Wrong(place)
    return value


def _one_of(kinds: Sequence[Any], value: Any, place: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    return _built(next(it for it in kinds if it is not NoneType), value, place)


def _row(kinds: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    _seen(value, place, lambda it: isinstance(it, list))
    if kinds[1:] == (...,):
        return tuple(_built(kinds[0], it, f"{place}[{n}]") for n, it in enumerate(value))
    _seen(value, place, lambda it: len(it) == len(kinds))
    return tuple(
        _built(kind, it, f"{place}[{n}]")
        for n, (kind, it) in enumerate(zip(kinds, value, strict=True))
    )


def _instance(kind: Any, value: Any, place: str) -> Any:
    _seen(value, place, lambda it: isinstance(it, dict))
    kinds = _kinds_of(kind)
    if unknown := value.keys() - kinds.keys():
        raise _Wrong(f"{place}.{sorted(unknown)[0]}")
    needed = {it.name for it in fields(kind) if it.default is MISSING}
    if lacking := needed - value.keys():
        raise _Wrong(f"{place}.{sorted(lacking)[0]}")
    said = {name: _built(kinds[name], it, f"{place}.{name}") for name, it in value.items()}
    return kind(**said)


@cache
def _kinds_of(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {it.name: hints[it.name] for it in fields(kind)}


def _float(value: Any, place: str) -> float:
    if isinstance(value, dict) and value.keys() == {"number"} and value["number"] in _NO_NUMBERS:
        return _NO_NUMBERS[value["number"]]
    # A whole number stays one: charts write 3, not 3.0.
    _seen(value, place, lambda it: isinstance(it, (int, float)) and not isinstance(it, bool))
    number: float = value
    return number


def _day(value: Any, place: str) -> date:
    _seen(value, place, lambda it: isinstance(it, str))
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _Wrong(place) from error


def _frame(value: Any, place: str) -> pl.DataFrame:
    _seen(value, place, lambda it: isinstance(it, dict) and isinstance(it.get("columns"), list))
    columns = []
    for column in value["columns"]:
        _seen(column, place, lambda it: isinstance(it, list) and len(it) == 3)
        name, dtype, cells = column
        _seen(name, place, lambda it: isinstance(it, str))
        _seen(cells, place, lambda it: isinstance(it, list))
        columns.append(_series(name, dtype, cells, f"{place}.{name}"))
    try:
        return pl.DataFrame(columns)
    except pl.exceptions.PolarsError as error:
        raise _Wrong(place) from error


def _series(name: str, dtype: Any, cells: list[Any], place: str) -> pl.Series:
    is_list = isinstance(dtype, str) and dtype.startswith(_LIST)
    inner = dtype.removeprefix(_LIST) if is_list else dtype
    _seen(inner, place, lambda it: isinstance(it, str) and it in _DTYPES)
    if is_list:
        for it in cells:
            _seen(it, place, lambda cell: cell is None or isinstance(cell, list))
        values: list[Any] = [
            None if row is None else [_value(inner, it, place) for it in row] for row in cells
        ]
        return _as_series(name, values, pl.List(_DTYPES[inner]), place)
    return _as_series(name, [_value(inner, it, place) for it in cells], _DTYPES[inner], place)


def _as_series(name: str, values: list[Any], dtype: Any, place: str) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=dtype, strict=True)
    except (pl.exceptions.PolarsError, TypeError, OverflowError) as error:
        raise _Wrong(place) from error


def _value(dtype: str, value: Any, place: str) -> Any:
    if value is None:
        return None
    if dtype in _FLOATS:
        return float(_float(value, place))
    if dtype in _NUMBERS:
        return _seen(value, place, lambda it: type(it) is int)
    if dtype == "Boolean":
        return _seen(value, place, lambda it: type(it) is bool)
    _seen(value, place, lambda it: isinstance(it, str))
    if dtype == "String":
        return value
    try:
        return date.fromisoformat(value) if dtype == "Date" else datetime.fromisoformat(value)
    except ValueError as error:
        raise _Wrong(place) from error
