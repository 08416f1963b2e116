"""Which mapping fits a file, by its header; what no mapping is known for, also by its first rows."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from metrics import mapping, schema, wording
from metrics.models import Mapping
from metrics.sampling import Sampled, dates_of, separator_of
from metrics.vendors.records import SEVERAL

# What other systems call a neutral column; compared in lower case, letters and digits only (of any language).
SYNONYMS: Final = {
    "external_id": ("id", "ticketid", "ticket", "ticketnumber", "number", "caseid", "casenumber", "key",
                    "issuekey", "reference"),
    "status": ("state", "ticketstatus", "ticketstate"),
    "created_at": ("created", "createdat", "createdon", "createddate", "opened", "openedat", "creationdate",
                   "datecreated"),
    "updated_at": ("updated", "lastupdated", "updatedat", "modified", "lastmodified"),
    "first_public_reply_at": ("firstreply", "firstresponse", "firstreplyat", "firstresponseat", "initialresponsetime"),
    "last_solved_at": ("solved", "solvedat", "resolved", "resolvedat", "resolution"),
    "closed_at": ("closed", "closedat", "closeddate"),
    "channel": ("via", "contacttype", "origin", "medium"),
    "requester": ("requesterid", "customer", "customeremail", "email", "requesteremail", "caller", "contact"),
    "assignee": ("assigneeid", "agent", "assignedto", "owner"),
    "team": ("group", "groupid", "assignmentgroup", "queue", "department"),
    "market": ("country", "region"),
    "locale": ("language", "lang"),
    "labels": ("tags", "tag", "label", "category", "topic"),
    "conversation": ("messages", "messageevents", "conversationevents", "thread"),
    "reopen_count": ("reopens", "reopened", "timesreopened"),
    "rating": ("csat", "satisfaction", "satisfactionscore", "score"),
    "active_s": ("handletime", "handletimeseconds", "timespent"),
}  # fmt: skip


# The same in German, French, Spanish, Portuguese, Italian: helpdesks export a view as it is shown.
ABROAD: Final = {
    "external_id": ("ticketid", "ticketnummer", "nummer", "numéro", "número", "numero"),
    "status": ("zustand", "statut", "estado", "stato"),
    "created_at": ("erstellt", "erstelltam", "angefragt", "demandéle", "crééle", "créé", "creado", "criado",
                   "solicitado", "creato", "requested", "richiesto"),
    "updated_at": ("aktualisiert", "misàjour", "actualizado", "atualizado", "aggiornato"),
    "last_solved_at": ("gelöst", "gelöstam", "résolu", "résolule", "resuelto", "resolvido", "risolto"),
    "requester": ("mail", "anfragender", "anfragesteller", "kunde", "demandeur", "solicitante", "cliente",
                  "richiedente"),
    "assignee": ("zugewiesen", "mitarbeiter", "bearbeiter", "assigné", "asignado", "agente", "atribuído",
                 "assegnatario"),
    "team": ("gruppe", "groupe", "grupo", "gruppo"),
    "priority": ("priorität", "prio", "priorité", "prioridad", "prioridade", "priorità"),
    "channel": ("kanal", "canal", "canale", "viachannel"),
    "type": ("typ", "tipo", "tickettype"),
    "labels": ("stichwörter", "schlagwörter", "étiquettes", "etiquetas", "marcadores", "etichette"),
    "rating": ("zufriedenheit", "bewertung", "satisfacción", "satisfação", "soddisfazione"),
}  # fmt: skip


# In a table of a helpdesk's own this is a number of somebody else's; the ticket's own is `id`.
_FOREIGN: Final = "external_id"


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name).casefold())


def guess(header: list[str], form: str = "", sampled: Sampled | None = None) -> tuple[str, dict[str, Any]]:
    """The known mapping that finds most of its columns here, or one made of likely names: (its name, its JSON).

    Of the files of a helpdesk (`form`) only mappings for that form are known, one saved by a person first. A mapping
    of a data warehouse fits in capitals too.

    The name is "" for one made up here; it may lack columns, which the person then fills in.
    """
    saved = dict(Mapping.objects.values_list("name", "content"))
    known = {
        name: _as_written(content, header)
        for name, content in {**mapping.shipped(), **saved}.items()
        if mapping.is_for(content, form)
    }
    fits = [(_fit(content, header), name in saved, name) for name, content in known.items()]
    best, _own, name = max(fits, default=(0, False, ""))
    return (name, known[name]) if best >= 4 else ("", made_up(header, sampled))


def _as_written(content: dict[str, Any], header: list[str]) -> dict[str, Any]:
    """The mapping with the file's own capitals: Snowflake writes ID where others write id."""
    columns, by_fold = content.get("columns", {}), {name.casefold(): name for name in reversed(header)}
    if not isinstance(columns, dict) or {*columns.values()} <= {*header}:
        return content
    wanted = {
        name: theirs if theirs in header else by_fold.get(str(theirs).casefold(), theirs)
        for name, theirs in columns.items()
    }
    return {**content, "columns": wanted}


def content_of(name: str) -> dict[str, Any] | None:
    """The JSON of a shipped or saved mapping, None when there is none of that name."""
    saved = Mapping.objects.filter(name=name).values_list("content", flat=True).first()
    return mapping.shipped().get(name) or saved


def _fit(content: dict[str, Any], header: list[str]) -> float:
    """How many of its columns the file has, or 0 when the mapping cannot be used on it."""
    folded = {name.casefold() for name in header}
    if "id" in folded and str(content.get("columns", {}).get("external_id")).casefold() == _FOREIGN:
        return 0
    try:
        return len(mapping.parse(content).fitted(header).headers)
    except mapping.MappingRefused:
        return 0


def made_up(header: list[str], sampled: Sampled | None = None) -> dict[str, Any]:
    """A mapping out of likely names, and of what stands in the first rows. Each column of the file is used once."""
    by_bare = {_bare(name): name for name in reversed(header) if not name.endswith(SEVERAL)}
    columns: dict[str, str] = {}
    for name in schema.NAMES:
        own = () if name == "external_id" and "id" in by_bare else (_bare(name),)
        for candidate in (*own, *SYNONYMS.get(name, ()), *ABROAD.get(name, ())):
            if candidate in by_bare and by_bare[candidate] not in columns.values():
                columns[name] = by_bare[candidate]
                break
    found: dict[str, Any] = {"shape": "tickets", "columns": columns, "dates": "iso", "separator": "|"}
    return {**found, **_by_rows(columns, sampled)} if sampled and sampled.rows else found


def _by_rows(columns: dict[str, str], sampled: Sampled) -> dict[str, Any]:
    """How the first rows write dates and labels, what their words most likely mean, and the scale of their ratings."""
    cells = {name: sampled.cells(header) for name, header in columns.items()}
    words = {
        name: {cell: ours for cell in {*cells[name]} if (ours := wording.guess(name, cell)) not in {"", cell}}
        for name in wording.OURS
        if name in cells
    }
    scale = "" if "rating_scale" in columns else wording.guess_scale(cells.get("rating", []))
    return {
        "dates": dates_of(cells.get("created_at", [])),
        "separator": separator_of(cells.get("labels", [])),
        "values": {name: table for name, table in words.items() if table},
        **({"constants": {"rating_scale": scale}} if scale else {}),
    }
