"""The SQL text of the store for another engine: the same statement in the dialect of Spark.

``sqlglot`` translates most of it. What it would get wrong without a word is said here, each rule
once: values are bound as literals of the other dialect, lists become rows, and functions that only
DuckDB has become those that both engines compute alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

from cxdata.store.query import sql_text

READ, WRITE = "duckdb", "spark"
# How many microseconds are between two boundaries that date_diff counts.
BOUNDARIES = {"microsecond": 1, "second": 1_000_000, "minute": 60_000_000}
# Where the bytes that make a number stand in the digits of an MD5, the highest first.
LOWER_BYTES = range(31, 16, -2)


@dataclass(frozen=True)
class Portable:
    """One statement for the other engine: its select, and the columns that it fills by place.

    ``columns`` is empty for a query, whose columns have their names from the select.
    """

    sql: str
    columns: tuple[str, ...] = ()


def portable(name: str, values: Mapping[str, object], **marks: Any) -> Portable:
    """``cxdata/sql/<name>.sql`` with its values in the other dialect.

    ``marks`` go to ``sql_text``.

    Raises
    ------
    ValueError
        If it binds what isn't given, or has a form that isn't known to be portable.
    """
    return portable_text(sql_text(name, **marks), values)


def portable_text(text: str, values: Mapping[str, object]) -> Portable:
    """A select, or an insert of one, in the other dialect.

    >>> portable_text("select len($own) as n, a in (select unnest($own)) as b from t",
    ...     {"own": ["x'y"]}).sql
    "SELECT 1 AS n, a IN ('x\\\\'y') AS b FROM t"
    """
    tree = _parsed(text).copy()
    columns: tuple[str, ...] = ()
    if isinstance(tree, exp.Insert):
        columns = tuple(column.name for column in tree.this.expressions)
        select = tree.expression
        if steps := tree.args.get("with_"):
            select.set("with_", steps)
        tree = select
    for rule in RULES:
        tree = tree.transform(lambda node, rule=rule: rule(node, values))
    if left := tree.find(exp.Placeholder):
        raise ValueError(f"${left.name} stands where no value of another engine can")
    return Portable(tree.sql(WRITE, comments=False), columns)


@lru_cache(maxsize=512)
def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(re.sub(r"--.*", "", text), read=READ)


def _rows_of_lists(node: exp.Expr, values: Mapping[str, object]) -> exp.Expr:
    """A select of nothing but bound lists, element by element, is a table of literals."""
    if not isinstance(node, exp.Select) or node.args.get("from_"):
        return node
    named = [(_list_of(it.unalias(), values), it) for it in node.expressions]
    if not named or any(found is None for found, _ in named):
        return node
    lists = [(found, it.alias or f"c{place}") for place, (found, it) in enumerate(named) if found]
    length = max(len(found.items) for found, _ in lists)
    if not length:
        empty = [exp.alias_(found.literal(None), alias) for found, alias in lists]
        return exp.select(*empty).where(exp.false())
    rows: exp.Expr | None = None
    for place in range(length):
        row = exp.select(*(exp.alias_(found.at(place), alias) for found, alias in lists))
        rows = row if rows is None else exp.union(rows, row, distinct=False)
    assert rows is not None
    return rows


@dataclass(frozen=True)
class _List:
    items: Sequence[object]
    kind: exp.DataType | None

    def literal(self, value: object) -> exp.Expr:
        found = spark_literal(value)
        return exp.cast(found, self.kind) if self.kind else found

    def at(self, place: int) -> exp.Expr:
        return self.literal(self.items[place] if place < len(self.items) else None)


def _list_of(node: exp.Expr, values: Mapping[str, object]) -> _List | None:
    """The bound list that ``unnest`` takes apart here, cast or not; None: it is none."""
    if not isinstance(node, exp.Explode | exp.Unnest):
        return None
    inner = node.this if isinstance(node, exp.Explode) else node.expressions[0]
    kind = None
    if isinstance(inner, exp.Cast):
        kind, inner = inner.to.expressions[0], inner.this
    if isinstance(inner, exp.GenerateSeries) and isinstance(inner.args["end"], exp.Length):
        inner, counted = inner.args["end"].this, True
    else:
        counted = False
    if not isinstance(inner, exp.Placeholder):
        return None
    bound = values.get(inner.name)
    if bound is None:
        return _List((), kind)
    if not isinstance(bound, list | tuple):
        return None
    return _List(range(len(bound)), None) if counted else _List(bound, kind)


def _among(node: exp.Expr, values: Mapping[str, object]) -> exp.Expr:
    """``in (select unnest($list))``: among so many literals; among none is false."""
    if not isinstance(node, exp.In) or not isinstance(node.args.get("query"), exp.Subquery):
        return node
    select = node.args["query"].this
    if not isinstance(select, exp.Select) or select.args.get("from_"):
        return node
    found = _list_of(select.expressions[0].unalias(), values)
    if found is None or len(select.expressions) != 1:
        return node
    if not found.items:
        return exp.false()
    return exp.In(this=node.this, expressions=[found.literal(it) for it in found.items])


def _bound(node: exp.Expr, values: Mapping[str, object]) -> exp.Expr:
    """The length of a bound list is a number; what is left of placeholders are single values."""
    if isinstance(node, exp.Length) and isinstance(node.this, exp.Placeholder):
        value = values[node.this.name]
        if isinstance(value, list | tuple):
            return spark_literal(len(value))
    if isinstance(node, exp.Is) and isinstance(node.this, exp.Placeholder):
        return exp.true() if values[node.this.name] is None else exp.false()
    if isinstance(node, exp.Placeholder):
        if node.name not in values:
            raise ValueError(f"the statement binds ${node.name}, which isn't given")
        value = values[node.name]
        return node if isinstance(value, list | tuple) else spark_literal(value)
    return node


def spark_literal(value: object) -> exp.Expr:
    """A value as the other engine reads it, to the last letter and digit.

    Raises
    ------
    ValueError
        If no literal stands for it.
    """
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int):
        return exp.Literal.number(value) if value >= 0 else exp.Neg(this=spark_literal(-value))
    if isinstance(value, float) and math.isfinite(value):
        return exp.cast(exp.Literal.string(repr(value)), exp.DataType.Type.DOUBLE)
    if isinstance(value, datetime):
        moment = exp.Literal.string(value.isoformat(" "))
        return exp.cast(moment, exp.DataType.Type.TIMESTAMPNTZ)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.DATE)
    if isinstance(value, str):
        return exp.Literal.string(value)
    raise ValueError(f"no literal stands for {type(value).__name__}")


def _intervals(node: exp.Expr, _values: Mapping[str, object]) -> exp.Expr:
    """``to_days(7)``: what is added is known before the statement runs, or microseconds."""
    if isinstance(node, exp.ToDays) or _is_call(node, "to_months"):
        unit = "DAY" if isinstance(node, exp.ToDays) else "MONTH"
        number = node.this if isinstance(node, exp.ToDays) else node.expressions[0]
        while isinstance(number, exp.Cast | exp.Paren):
            number = number.this
        return exp.Interval(this=exp.Literal.string(number.sql()), unit=exp.var(unit))
    if isinstance(node, exp.Add) and _is_call(node.expression, "to_microseconds"):
        micros = node.expression.expressions[0]
        return exp.Anonymous(
            this="TIMESTAMPADD", expressions=[exp.var("MICROSECOND"), micros, node.this]
        )
    return node


def _whole_months(node: exp.Expr, _values: Mapping[str, object]) -> exp.Expr:
    """``datesub('month', day, later)``: the months that are over; the last day of one ends it."""
    if not _is_call(node, "datesub"):
        return node
    unit, first, last = node.expressions
    if unit.name != "month":
        raise ValueError(f"datesub by {unit.name} isn't known to be portable")
    between = sqlglot.parse_one(
        "case when :last >= :first then (year(:last) - year(:first)) * 12"
        " + month(:last) - month(:first)"
        " - case when day(:last) < day(:first) and month(date_add(:last, 1)) = month(:last)"
        " then 1 else 0 end"
        " else -((year(:first) - year(:last)) * 12 + month(:first) - month(:last)"
        " - case when day(:first) < day(:last) and month(date_add(:first, 1)) = month(:first)"
        " then 1 else 0 end) end",
        read=WRITE,
    )
    return exp.replace_placeholders(between, first=first, last=last)


def _is_call(node: exp.Expr | None, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == name


def _differences(node: exp.Expr, _values: Mapping[str, object]) -> exp.Expr:
    """``date_diff`` counts the boundaries between two moments, not the whole units."""
    if not isinstance(node, exp.DateDiff):
        return node
    unit = node.text("unit").lower()
    if unit == "day":
        return exp.Anonymous(this="DATEDIFF", expressions=[node.this, node.expression])
    if unit not in BOUNDARIES:
        raise ValueError(f"date_diff by {unit} isn't known to be portable")
    later, earlier = (_boundary(it, BOUNDARIES[unit]) for it in (node.this, node.expression))
    return exp.paren(exp.Sub(this=later, expression=earlier))


def _boundary(moment: exp.Expr, micros: int) -> exp.Expr:
    since = exp.func("UNIX_MICROS", exp.cast(moment.copy(), exp.DataType.Type.TIMESTAMPLTZ))
    if micros == 1:
        return since
    below = exp.Sub(this=since, expression=exp.func("PMOD", since.copy(), spark_literal(micros)))
    return exp.paren(exp.IntDiv(this=exp.paren(below), expression=spark_literal(micros)))


def _zones(node: exp.Expr, _values: Mapping[str, object]) -> exp.Expr:
    """``(moment at time zone 'UTC') at time zone $zone``: the local moment of a moment in UTC."""
    if not isinstance(node, exp.AtTimeZone):
        return node
    inner = node.this.unnest()
    if not isinstance(inner, exp.AtTimeZone) or inner.args["zone"].name != "UTC":
        return node
    return exp.Anonymous(this="FROM_UTC_TIMESTAMP", expressions=[inner.this, node.args["zone"]])


def _numbers_of_texts(node: exp.Expr, _values: Mapping[str, object]) -> exp.Expr:
    """``md5_number_lower(text) >> 1``: the last eight bytes of the MD5, read backwards, halved."""
    if not isinstance(node, exp.BitwiseRightShift):
        return node
    call = node.this.unnest()
    if isinstance(call, exp.MD5NumberLower64):
        text = call.this
    elif _is_call(call, "md5_number_lower"):
        text = call.expressions[0]
    else:
        return node
    digits = exp.func("MD5", text)
    upper, lower = (_number_of(digits, places) for places in (LOWER_BYTES[:4], LOWER_BYTES[4:]))
    shift = int(node.expression.name)
    upper = exp.Mul(this=upper, expression=spark_literal(2 ** (32 - shift)))
    lower = exp.IntDiv(this=lower, expression=spark_literal(2**shift))
    return exp.paren(exp.Add(this=upper, expression=lower))


def _number_of(digits: exp.Expr, places: range) -> exp.Expr:
    """What four bytes of hexadecimal digits are as a number."""
    parts = [
        exp.func("SUBSTRING", digits.copy(), spark_literal(at), spark_literal(2)) for at in places
    ]
    joined = exp.func("CONCAT", *parts)
    number = exp.Anonymous(this="CONV", expressions=[joined, spark_literal(16), spark_literal(10)])
    return exp.cast(number, exp.DataType.Type.BIGINT)


def _splits(node: exp.Expr, _values: Mapping[str, object]) -> exp.Expr:
    """Split at a letter as it is, which no engine reads as a pattern."""
    if isinstance(node, exp.Split) and node.expression.is_string:
        return exp.Anonymous(
            this="SPLIT", expressions=[node.this, exp.Literal.string(_pattern(node.expression))]
        )
    return node


def _pattern(separator: exp.Expr) -> str:
    return "".join(f"[{letter}]" for letter in separator.name)


Rule = Callable[[exp.Expr, Mapping[str, object]], exp.Expr]
# In this order: what stands for a list goes before what stands for one value.
RULES: tuple[Rule, ...] = (
    _among,
    _rows_of_lists,
    _bound,
    _intervals,
    _whole_months,
    _differences,
    _zones,
    _numbers_of_texts,
    _splits,
)
