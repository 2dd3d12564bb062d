"""Exports of known tools: each sample gives the right answers from the right columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import check_store, import_file, preview_file
from cxdata.ingest.columns import load_columns
from cxdata.ingest.recognising.known_exports import column_names, load_exports, recognise_export
from cxdata.models import KINDS
from cxdata.store.connection import Store

SAMPLES = Path(__file__).parents[1] / "samples"
ON_1_APRIL = {"extract_date": date(2026, 4, 1)}

# File, export, what is said, (rows, accepted, refused, left out), mapping.
KNOWN: list[tuple[str, str, dict[str, Any], tuple[int, int, int, int], dict[str, str]]] = [
    (
        "qualtrics_nps.csv",
        "Qualtrics",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "RecordedDate",
            "nps_score": "Q1",
            "response_id": "ResponseId",
            "customer_id": "ExternalReference",
            "comment": "Q2",
            "language": "UserLanguage",
        },
    ),
    (
        "qualtrics_previews.csv",
        "Qualtrics",
        {},
        (3, 3, 0, 3),
        {
            "responded_at": "RecordedDate",
            "nps_score": "Q1",
            "csat_score": "Q3",
            "response_id": "ResponseId",
            "customer_id": "ExternalReference",
            "comment": "Q2",
            "language": "UserLanguage",
        },
    ),
    (
        "qualtrics_single_quotes.csv",
        "Qualtrics",
        {},
        (1, 1, 0, 1),
        {
            "responded_at": "RecordedDate",
            "nps_score": "Q1",
            "csat_score": "Q3",
            "response_id": "ResponseId",
            "customer_id": "ExternalReference",
            "comment": "Q2",
            "language": "UserLanguage",
        },
    ),
    (
        "qualtrics_legacy_nps.csv",
        "Qualtrics",
        {},
        (2, 2, 0, 2),
        {
            "responded_at": "V9",
            "nps_score": "Q1",
            "response_id": "V1",
            "customer_id": "V4",
            "comment": "Q2_TEXT",
        },
    ),
    (
        "surveymonkey_spread.csv",
        "SurveyMonkey",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Date Modified",
            "nps_score": "How likely is it that you would recommend Example to a friend or "
            "colleague?",
            "csat_score": "Overall, how satisfied or dissatisfied are you with Example?",
            "response_id": "Respondent ID",
            "customer_id": "Custom Data 1",
            "comment": "Do you have any other comments?",
        },
    ),
    (
        "google_forms_fr.csv",
        "Google Forms",
        {},
        (4, 4, 0, 0),
        {
            "responded_at": "Horodateur",
            "nps_score": "Sur une échelle de 0 à 10, quelle est la probabilité que vous "
            "recommandiez notre magasin à un proche ?",
            "comment": "Pourquoi cette note ?",
            "rating_accueil": "Note : accueil",
        },
    ),
    (
        "google_forms_en.csv",
        "Google Forms",
        {"scales": {"csat_score": "1-5"}},
        (3, 3, 0, 0),
        {
            "responded_at": "Timestamp",
            "nps_score": "How likely is it that you would recommend us to a friend or colleague?",
            "csat_score": "How satisfied are you with our service?",
            "comment": "What is the main reason for your score?",
        },
    ),
    (
        "microsoft_forms.xlsx",
        "Microsoft Forms",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Completion time",
            "nps_score": "How likely are you to recommend us to a friend or colleague?",
            "comment": "What is the main reason for your score?",
        },
    ),
    (
        "microsoft_forms_fr.xlsx",
        "Microsoft Forms",
        {},
        (2, 2, 0, 0),
        {
            "responded_at": "Heure de fin",
            "nps_score": "Recommanderiez-vous notre service à un collègue ?",
            "comment": "Pourquoi cette note ?",
        },
    ),
    (
        "typeform_nps.csv",
        "Typeform",
        {},
        (3, 3, 0, 1),
        {
            "responded_at": "Submit Date (UTC)",
            "nps_score": "How likely are you to recommend Example Ltd to a friend?",
            "response_id": "#",
            "customer_id": "customer_id",
            "comment": "What's the main reason for your score?",
        },
    ),
    (
        "limesurvey_fr.csv",
        "LimeSurvey",
        {},
        (3, 3, 0, 1),
        {
            "responded_at": "Date de soumission",
            "nps_score": "Quelle est la probabilité que vous recommandiez notre mutuelle à un "
            "proche ?",
            "csat_score": "À quel point êtes-vous satisfait(e) de notre accueil ?",
            "comment": "Quelle est la raison principale de votre note ?",
            "language": "Langue de départ",
        },
    ),
    (
        "limesurvey_codes.csv",
        "LimeSurvey",
        {"scales": {"csat_score": "1-5"}},
        (2, 2, 0, 1),
        {
            "responded_at": "submitdate",
            "nps_score": "nps",
            "csat_score": "satisfaction",
            "comment": "comment",
            "language": "startlanguage",
        },
    ),
    (
        "delighted_nps.csv",
        "Delighted",
        {},
        (4, 4, 0, 1),
        {
            "responded_at": "Response Received At",
            "nps_score": "Score",
            "response_id": "Response ID",
            "customer_id": "Property: Customer ID",
            "comment": "Comment",
            "segment": "Property: Segment",
        },
    ),
    (
        "zendesk_view.csv",
        "Zendesk",
        {},
        (4, 4, 0, 0),
        {
            "opened_at": "Created at",
            "channel": "Via",
            "contact_id": "Id",
            "customer_id": "Requester external id",
            "resolved_at": "Solved at",
            "first_response_after": "First reply time in minutes",
            "reason": "Subject",
        },
    ),
    (
        "freshdesk_tickets.csv",
        "Freshdesk",
        {},
        (4, 4, 0, 0),
        {
            "opened_at": "Created time",
            "channel": "Source",
            "contact_id": "Ticket ID",
            "customer_id": "Contact ID",
            "first_response_at": "Initial response time",
            "resolved_at": "Resolved time",
            "reason": "Type",
            "product": "Product",
        },
    ),
    (
        "chatwoot_conversations.csv",
        "Chatwoot",
        {},
        (4, 4, 0, 0),
        {
            "opened_at": "Created at",
            "channel": "Channel Type",
            "contact_id": "Conversation ID",
            "customer_id": "Contact ID",
            "resolved_at": "Resolved at",
            "first_response_after": "First response time (seconds)",
            "reason": "Labels",
        },
    ),
    (
        "chatwoot_csat.csv",
        "Chatwoot",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Recorded date",
            "csat_score": "Rating",
            "comment": "Feedback Comment",
        },
    ),
    (
        "call_centre.csv",
        "ACD",
        {},
        (4, 4, 0, 0),
        {
            "opened_at": "Date et heure",
            "channel": "=call",
            "contact_id": "ID appel",
            "customer_id": "N° client",
            "wait_time": "Durée d'attente",
            "is_abandoned": "Abandonné",
            "reason": "File",
        },
    ),
    (
        "saas_accounts.csv",
        "SaaS",
        {},
        (3, 3, 0, 0),
        {
            "customer_id": "Account ID",
            "name": "Account Name",
            "segment": "Segment",
            "region": "Country",
            "product": "Plan",
            "owner_email": "CSM Email",
            "started_on": "Signup Date",
            "ended_on": "Churn Date",
            "is_lost": "Status",
            "end_reason": "Churn Reason",
            "monthly_revenue_amount": "MRR",
        },
    ),
    (
        "flag_and_tenure.csv",
        "IBM Telco",
        ON_1_APRIL,
        (5, 5, 0, 0),
        {
            "customer_id": "customerID",
            "product": "Contract",
            "is_lost": "Churn",
            "tenure_months": "tenure",
            "monthly_revenue_amount": "MonthlyCharges",
        },
    ),
    (
        "salesforce_cases.csv",
        "Salesforce",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "Date/Time Opened",
            "channel": "Case Origin",
            "contact_id": "Case Number",
            "customer_id": "Account ID",
            "resolved_at": "Date/Time Closed",
            "reason": "Case Reason",
        },
    ),
    (
        "hubspot_tickets.csv",
        "HubSpot",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "Create date",
            "channel": "Source",
            "contact_id": "Ticket ID",
            "customer_id": "Associated Company IDs",
            "first_response_at": "First agent email response date",
            "resolved_at": "Close date",
            "reason": "Category",
        },
    ),
    (
        "jira_issues.csv",
        "Jira",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "Created",
            "channel": "Custom field (Source)",
            "contact_id": "Issue key",
            "customer_id": "Custom field (Organizations)",
            "first_response_at": "Custom field ([CHART] Date of First Response)",
            "resolved_at": "Resolved",
            "reason": "Custom field (Request Type)",
        },
    ),
    (
        "servicenow_incidents.csv",
        "ServiceNow",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "opened_at",
            "channel": "contact_type",
            "contact_id": "number",
            "resolved_at": "resolved_at",
            "reason": "category",
            "region": "location",
        },
    ),
    (
        "dynamics_cases.csv",
        "Dynamics 365",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "Created On",
            "channel": "Origin",
            "contact_id": "Case Number",
            "reason": "Case Type",
        },
    ),
    (
        "intercom_conversations.csv",
        "Intercom",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "Conversation started at (UTC)",
            "channel": "Channel",
            "contact_id": "Conversation ID",
            "first_response_after": "First response time (seconds)",
            "reason": "Conversation tag",
        },
    ),
    (
        "gorgias_tickets.csv",
        "Gorgias",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "created_datetime",
            "channel": "channel",
            "contact_id": "id",
            "resolved_at": "closed_datetime",
            "reason": "contact_reason",
        },
    ),
    (
        "aircall_calls.csv",
        "Aircall",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "datetime (utc)",
            "contact_id": "call id",
            "wait_time": "waiting time",
            "is_answered": "answered",
            "initiated_by": "direction",
            "reason": "tags",
            "channel": "=call",
        },
    ),
    (
        "genesys_interactions.csv",
        "Genesys Cloud",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "Date",
            "channel": "Media Type",
            "contact_id": "Conversation ID",
            "initiated_by": "Direction",
            "reason": "Wrap-up",
        },
    ),
    (
        "talkdesk_calls.csv",
        "Talkdesk",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "Start Time",
            "contact_id": "Interaction ID",
            "initiated_by": "Call Type",
            "channel": "=call",
        },
    ),
    (
        "five9_calls.csv",
        "Five9",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "TIMESTAMP",
            "contact_id": "CALL ID",
            "initiated_by": "CALL TYPE",
            "reason": "DISPOSITION",
            "channel": "=call",
        },
    ),
    (
        "amazon_connect.jsonl",
        "Amazon Connect",
        {},
        (3, 3, 0, 0),
        {
            "opened_at": "InitiationTimestamp",
            "channel": "Channel",
            "contact_id": "Id",
            "first_response_at": "AgentInfo.ConnectedToAgentTimestamp",
            "initiated_by": "InitiationMethod",
            "reason": "QueueInfo.Name",
        },
    ),
    (
        "tally_submissions.csv",
        "Tally",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Submitted at",
            "nps_score": "How likely are you to recommend us?",
            "response_id": "Submission ID",
            "customer_id": "Respondent ID",
            "comment": "What is the reason for your score?",
        },
    ),
    (
        "jotform_submissions.csv",
        "Jotform",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Submission Date",
            "nps_score": "How likely are you to recommend us to a friend?",
            "response_id": "Submission ID",
            "comment": "Why did you give this score?",
        },
    ),
    (
        "alchemer_responses.csv",
        "Alchemer",
        {},
        (2, 2, 0, 2),
        {
            "responded_at": "Date Submitted",
            "nps_score": "How likely is it that you would recommend this company to a friend?",
            "response_id": "Response ID",
            "comment": "What could we do better?",
            "language": "Language",
        },
    ),
    (
        "google_forms_es.csv",
        "Google Forms",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Marca temporal",
            "nps_score": "¿Qué tan probable es que nos recomiende a un amigo?",
            "comment": "¿Por qué ha dado esta nota?",
        },
    ),
    (
        "google_forms_de.csv",
        "Google Forms",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Zeitstempel",
            "nps_score": "Wie wahrscheinlich ist es dass Sie uns weiterempfehlen?",
            "comment": "Warum haben Sie diese Note gegeben?",
        },
    ),
    (
        "trustpilot_reviews.csv",
        "Trustpilot",
        {},
        (3, 3, 0, 0),
        {
            "responded_at": "Review Created (UTC)",
            "csat_score": "Review Stars",
            "response_id": "Review Id",
            "comment": "Review Content",
            "language": "Review Language",
            "region": "Location Name",
        },
    ),
    (
        "stripe_subscriptions.csv",
        "Stripe",
        {},
        (3, 3, 0, 0),
        {
            "customer_id": "Customer ID",
            "product": "Plan",
            "started_on": "Start Date (UTC)",
            "ended_on": "Ended At (UTC)",
            "is_lost": "Status",
            "end_reason": "Cancellation Reason",
            "monthly_revenue_amount": "Amount",
            "billing_interval": "Interval",
            "currency": "Currency",
        },
    ),
    (
        "formbricks_responses.csv",
        "Formbricks",
        {},
        (3, 3, 0, 1),
        {
            "responded_at": "Timestamp",
            "nps_score": "1. How likely are you to recommend us to a friend?",
            "response_id": "Response ID",
            "customer_id": "User ID",
            "comment": "2. What is the main reason for your score?",
        },
    ),
    (
        "qualtrics_history.csv",
        "Qualtrics, distribution history",
        {},
        (4, 4, 0, 1),
        {
            "sent_at": "sentAt",
            "invitation_id": "contactLookupId",
            "customer_id": "contactId",
            "wave": "distributionId",
            "opened_at": "openedAt",
            "started_at": "responseStartedAt",
            "answered_at": "responseCompletedAt",
            "status": "status",
            "response_id": "responseId",
        },
    ),
    (
        "limesurvey_participants.csv",
        "LimeSurvey, participants",
        {},
        (3, 3, 0, 1),
        {
            "sent_at": "invited",
            "invitation_id": "token",
            "answered_at": "completed",
            "sent_by": "=email",
        },
    ),
    (
        "salesforce_survey_invitations.csv",
        "Salesforce, survey invitations",
        {},
        (3, 3, 0, 0),
        {
            "sent_at": "CreatedDate",
            "invitation_id": "Id",
            "customer_id": "ParticipantId",
            "wave": "SurveyId",
            "status": "ResponseStatus",
        },
    ),
]
STEPS_OF_TOOLS = {
    "qualtrics_history.csv": [
        (True, True, True, True),
        (True, True, False, False),
        (True, False, False, False),
        (False, False, False, False),
    ],
    "limesurvey_participants.csv": [(None, None, None, True)] + [(None, None, None, False)] * 2,
    "salesforce_survey_invitations.csv": [
        (None, None, True, True),
        (None, None, True, False),
        (None, None, False, False),
    ],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.cursor() as con:
        found: list[tuple[object, ...]] = con.execute(sql).fetchall()
        return found


@pytest.mark.parametrize(
    ("name", "export", "said", "counts", "mapping"), KNOWN, ids=[row[0] for row in KNOWN]
)
def test_a_known_export_gives_the_right_rows_from_the_right_columns(
    store: Store,
    name: str,
    export: str,
    said: dict[str, Any],
    counts: tuple[int, int, int, int],
    mapping: dict[str, str],
) -> None:
    report = import_file(store, SAMPLES / name, **said)
    found = report.row_count, report.accepted_count, report.refused_count, report.left_out_count
    assert found == counts
    assert report.mapping == mapping
    assert f"The form of the file is known: {export}." in report.notes
    assert check_store(store) == []


@pytest.mark.parametrize("name", STEPS_OF_TOOLS)
def test_invitations_of_tools_tell_how_far_each_came(store: Store, name: str) -> None:
    import_file(store, SAMPLES / name)
    found = rows(
        store,
        "select is_delivered, is_opened, is_started, is_answered from invitations order by all",
    )
    assert sorted(found, key=str) == sorted(STEPS_OF_TOOLS[name], key=str)


def test_every_export_has_a_sample() -> None:
    assert {each.name for each in load_exports()} == {row[1] for row in KNOWN}


@pytest.mark.parametrize(
    "headers",
    [
        ["Customer ID", "MRR", "Created At", "NPS", "Response date"],
        ["Response ID", "Score", "Comment", "Created At", "Email", "Survey type"],
        ["Timestamp", "NPS", "Comment"],
        ["Call ID", "Start time", "Wait time"],
        ["Status", "Finished", "StartDate", "Score"],
    ],
)
def test_a_file_that_only_resembles_an_export_is_none(headers: list[str]) -> None:
    assert recognise_export(column_names(headers, []), headers) is None


def test_every_export_names_fields_that_there_are() -> None:
    for export in load_exports():
        assert export.kind in KINDS
        fields = load_columns().fields[export.kind].keys()
        assert export.columns.keys() | export.fixed.keys() <= fields, export.name
        assert export.known_by or export.first_header, export.name


def test_a_group_is_never_averaged_and_previews_are_no_answers(store: Store) -> None:
    import_file(store, SAMPLES / "qualtrics_previews.csv")
    assert rows(store, "select response_id, nps_score from responses order by 1") == [
        ("R_answer01", 9),
        ("R_answer02", 3),
        ("R_answer03", 7),
    ]


def test_waits_become_moments(store: Store) -> None:
    for name in ("zendesk_view.csv", "call_centre.csv", "chatwoot_conversations.csv"):
        import_file(store, SAMPLES / name)
    found = rows(
        store,
        """select contact_id, first_response_at, abandoned_at from contacts
        where contact_id in ('70001', '70002', '12', 'A-000101', 'A-000104') order by 1""",
    )
    assert found == [
        ("12", datetime(2026, 3, 2, 13, 30), None),
        ("70001", datetime(2026, 3, 2, 8, 42), None),
        ("70002", None, None),
        ("A-000101", datetime(2026, 3, 2, 8, 0, 30), None),
        ("A-000104", None, datetime(2026, 3, 13, 18, 1, 59)),
    ]


def test_typeform_times_are_utc_and_google_forms_in_french_have_the_day_first(
    store: Store,
) -> None:
    import_file(store, SAMPLES / "typeform_nps.csv")
    import_file(store, SAMPLES / "google_forms_fr.csv")
    found = rows(store, "select responded_at from responses order by 1")
    assert found[0] == (datetime(2026, 3, 2, 8, 14, 3),)
    assert found[-1] == (datetime(2026, 3, 31, 23, 31),)
    assert (datetime(2026, 3, 4, 11, 0),) in found


def test_the_same_form_of_two_surveys_keeps_both_first_answers(store: Store) -> None:
    """Microsoft Forms counts from 1 in every form."""
    import_file(store, SAMPLES / "microsoft_forms.xlsx")
    report = import_file(store, SAMPLES / "microsoft_forms_fr.xlsx")
    assert (report.accepted_count, report.replaced_count) == (2, 0)
    again = import_file(store, SAMPLES / "microsoft_forms_fr.xlsx")
    assert again.duplicate_count == 2


def test_half_of_two_tables_is_said_to_be_half(store: Store) -> None:
    content = b"Customer ID,Tenure in Months,Monthly Charge\nA,3,10.5\nB,7,20.0\n"
    report = import_file(store, content, dry_run=True, **ON_1_APRIL)  # type: ignore[arg-type]
    assert any(note.startswith("This is one of two tables; Churn Label") for note in report.notes)


def test_a_cross_tab_is_refused_also_as_a_preview(store: Store) -> None:
    for look in (import_file, preview_file):
        with pytest.raises(ImportRefused, match="a cross-tab, not one row per answer"):
            look(store, SAMPLES / "cross_tab.csv")


def test_a_file_without_headers_says_so_and_is_read_by_numbers(store: Store) -> None:
    with pytest.raises(ImportRefused, match="first row holds values, not headers: 2026-03-02, 9"):
        import_file(store, SAMPLES / "no_header.csv")
    mapping = {"responded_at": "#1", "nps_score": "#2", "comment": "#3", "channel": "#4"}
    report = import_file(store, SAMPLES / "no_header.csv", mapping=mapping)
    assert (report.row_count, report.accepted_count, report.mapping) == (4, 4, mapping)


def test_what_values_suggest_is_shown_and_asked_and_never_taken(store: Store) -> None:
    shown = preview_file(store, SAMPLES / "no_header.csv")
    assert shown.mapping == {"responded_at": "#1", "nps_score": "#2"}
    assert set(shown.confidence.values()) == {0.5}
    assert shown.rows["nps_score"].to_list() == [9, 4, 10, 7]
    asked = {it.about: it for it in shown.questions}
    assert asked.keys() == {"responded_at", "nps_score"}
    assert all(it.is_open and it.option == "mapping" for it in shown.questions)
    assert asked["nps_score"].readings[0].choice == "#2"
    assert asked["nps_score"].readings[0].examples[0] == ("9", "")
    said = {name: it.readings[0].choice for name, it in asked.items()}
    assert preview_file(store, SAMPLES / "no_header.csv", mapping=said).questions == ()
    assert import_file(store, SAMPLES / "no_header.csv", mapping=said).accepted_count == 4


def test_a_list_of_codes_is_passed_over(store: Store) -> None:
    report = import_file(store, SAMPLES / "codebook_first.xlsx")
    assert report.accepted_count == 2
    assert "The sheet Data was read." in report.notes
    assert "Sheets that only say what columns and codes mean: Codebook." in report.notes


def test_two_sheets_that_could_be_the_data_are_asked_about(store: Store) -> None:
    with pytest.raises(ImportRefused, match="--sheet March / --sheet February"):
        import_file(store, SAMPLES / "two_months.xlsx")
    question = preview_file(store, SAMPLES / "two_months.xlsx").questions[0]
    assert [reading.choice for reading in question.readings] == ["March", "February"]
    assert question.readings[1].examples[1:] == (("NPS", "8"), ("Segment", "Premium"))
    report = import_file(store, SAMPLES / "two_months.xlsx", sheet="February")
    assert report.accepted_count == 1


def test_of_columns_with_the_same_name_the_first_is_taken_and_the_other_named(
    store: Store,
) -> None:
    report = import_file(store, SAMPLES / "html_headers.csv")
    assert report.mapping["comment"] == "#4"
    assert rows(store, "select comment from responses order by response_id") == [
        ("first",),
        ("slow",),
    ]
    assert "Columns that were not taken: Comment." in report.notes


def test_answers_of_delighted_as_its_interface_names_them(store: Store) -> None:
    content = (
        b"id,person,survey_type,score,comment,permalink,created_at,updated_at\n"
        b"1,10,nps,0,,https://app.delighted.com/r/2jo3,1713418460,\n"
        b"2,11,csat,5,good,https://app.delighted.com/r/0Dke,1713497396,\n"
    )
    report = import_file(store, content)
    assert (report.accepted_count, report.left_out_count) == (1, 1)
    assert rows(
        store, "select response_id, customer_id, nps_score, responded_at from responses"
    ) == [("1", "10", 0, datetime(2024, 4, 18, 5, 34, 20))]


@pytest.mark.parametrize("address", ["Adresse de messagerie", "Adresse de courriel"])
def test_microsoft_forms_own_columns_are_no_answers(store: Store, address: str) -> None:
    content = (
        f"ID;Heure de début;Heure de fin;{address};Nom;Total points;Quiz feedback;"
        "Heure de la dernière modification;Quelle note nous donnez-vous ?\n"
        "1;2026-03-02 09:00;2026-03-02 09:02;anonymous;Ann;7;;2026-03-05 08:00;9\n"
    )
    preview = preview_file(store, content.encode(), mapping={"nps_score": "Quelle note"})
    assert preview.export == "Microsoft Forms"
    assert preview.mapping == {
        "responded_at": "Heure de fin",
        "nps_score": "Quelle note nous donnez-vous ?",
    }


def test_what_surveymonkey_calls_partial_is_left_out(store: Store) -> None:
    content = (
        b"Respondent ID,Collector ID,Date Modified,Response Status,NPS\n"
        b"1,7,2026-03-02 09:00,completed,9\n2,7,2026-03-02 09:05,partial,3\n"
    )
    report = import_file(store, content, date_order="mdy")
    assert (report.accepted_count, report.left_out_count) == (1, 1)


@pytest.mark.parametrize(
    ("begun", "ended", "address", "question"),
    [
        ("Startzeit", "Fertigstellungszeit", "E-Mail", "Würden Sie uns weiterempfehlen?"),
        ("Hora de inicio", "Hora de finalización", "Correo electrónico", "¿Nos recomendaría?"),
    ],
)
def test_microsoft_forms_in_german_and_spanish(
    store: Store, begun: str, ended: str, address: str, question: str
) -> None:
    content = (
        f"ID;{begun};{ended};{address};Name;{question}\n"
        "1;2026-03-02 09:00;2026-03-02 09:02;anonymous;;9\n"
        "2;2026-03-03 09:00;2026-03-03 09:04;anonymous;;2\n"
    )
    preview = preview_file(store, content.encode())
    assert preview.export == "Microsoft Forms"
    assert preview.mapping == {"responded_at": ended, "nps_score": question}


def test_times_and_first_answers_of_ticket_tools_are_the_right_ones(store: Store) -> None:
    for name in ("intercom_conversations.csv", "jira_issues.csv", "hubspot_tickets.csv"):
        import_file(store, SAMPLES / name)
    import_file(store, SAMPLES / "amazon_connect.jsonl")
    found = rows(
        store,
        """select contact_id, opened_at, first_response_at, resolved_at from contacts
        where contact_id in ('215470001', 'HD-2', '9000001', 'ac-0001', 'ac-0002') order by 1""",
    )
    assert found == [
        ("215470001", datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 8, 1, 35), None),
        (
            *("9000001", datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 9, 15)),
            datetime(2026, 3, 3, 11),
        ),
        ("HD-2", datetime(2026, 3, 13, 15, 45), datetime(2026, 3, 16, 8, 5), None),
        ("ac-0001", datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 8, 0, 40), None),
        ("ac-0002", datetime(2026, 3, 13, 16, 30), None, None),
    ]


def test_calls_of_aircall_are_in_utc_and_tell_who_began(store: Store) -> None:
    import_file(store, SAMPLES / "aircall_calls.csv")
    found = rows(store, "select contact_id, opened_at, initiated_by from contacts order by 1")
    assert found == [
        ("CA01", datetime(2026, 3, 2, 8), "customer"),
        ("CA02", datetime(2026, 3, 13, 16, 30), "customer"),
        ("CA03", datetime(2026, 3, 31, 8), "company"),
    ]


def test_asking_stripe_to_cancel_is_not_the_end(store: Store) -> None:
    import_file(store, SAMPLES / "stripe_subscriptions.csv")
    found = rows(store, "select customer_id, started_on, ended_on from customers order by 1")
    assert found == [
        ("cus_a1", date(2024, 5, 10), None),
        ("cus_a2", date(2024, 6, 1), date(2026, 1, 31)),
        ("cus_a3", date(2025, 1, 15), None),
    ]


def test_stars_of_reviews_are_satisfaction_and_no_recommendation(store: Store) -> None:
    import_file(store, SAMPLES / "trustpilot_reviews.csv")
    found = rows(store, "select csat_score, nps_score, responded_at from responses order by 3")
    assert found == [
        (5, None, datetime(2026, 3, 2, 22, 30)),
        (2, None, datetime(2026, 3, 13, 12)),
        (4, None, datetime(2026, 3, 31, 23, 30)),
    ]


def test_a_form_that_shows_a_way_names_its_source() -> None:
    for export in load_exports():
        assert not export.menu or export.source.startswith("https://"), export.name
        assert export.headers.keys() == export.columns.keys()


def test_a_mark_out_of_ten_is_asked_about(store: Store) -> None:
    content = "Date enquête;Note /10\n" + "".join(
        f"{day:02}/03/2026;{score}\n" for day, score in enumerate([9, 7, 10, 3], 12)
    )
    preview = preview_file(store, content.encode())
    assert [(it.about, it.is_open) for it in preview.questions] == [("nps_score", True)]
