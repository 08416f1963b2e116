"""Which mapping fits a file, by its header."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from metrics import mapping, schema
from metrics.models import Mapping

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


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name).casefold())


def guess(header: list[str], form: str = "") -> tuple[str, dict[str, Any]]:
    """The known mapping that finds most of its columns here, or one made of likely names: (its name, its JSON).

    Of the files of a helpdesk (`form`) only mappings for that form are known, one saved by a person first.

    The name is "" for one made up here; it may lack columns, which the person then fills in.
    """
    saved = dict(Mapping.objects.values_list("name", "content"))
    known = {n: c for n, c in {**mapping.shipped(), **saved}.items() if c.get("form", "") == form}
    if not known:
        return "", made_up(header)
    fits = [(_fit(content, header), name in saved, name) for name, content in known.items()]
    best, _own, name = max(fits)
    return (name, known[name]) if best >= 4 else ("", made_up(header))


def content_of(name: str) -> dict[str, Any] | None:
    """The JSON of a shipped or saved mapping, None when there is none of that name."""
    saved = Mapping.objects.filter(name=name).values_list("content", flat=True).first()
    return mapping.shipped().get(name) or saved


def _fit(content: dict[str, Any], header: list[str]) -> float:
    """How many of its columns the file has, or 0 when the mapping cannot be used on it."""
    try:
        return len(mapping.parse(content).fitted(header).headers)
    except mapping.MappingRefused:
        return 0


def made_up(header: list[str]) -> dict[str, Any]:
    """A mapping out of likely names. Each column of the file is used once."""
    by_bare = {_bare(name): name for name in reversed(header)}
    columns: dict[str, str] = {}
    for name in schema.NAMES:
        for candidate in (_bare(name), *SYNONYMS.get(name, ()), *ABROAD.get(name, ())):
            if candidate in by_bare and by_bare[candidate] not in columns.values():
                columns[name] = by_bare[candidate]
                break
    return {"shape": "tickets", "columns": columns, "dates": "iso", "separator": "|"}
