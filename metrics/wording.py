"""Words of many helpdesks and languages for our statuses, priorities and channels: guesses that a person confirms."""

from __future__ import annotations

from typing import Final

from metrics import schema

# Neutral columns whose values are shown beside ours, and what ours are.
OURS: Final[dict[str, tuple[str, ...]]] = {
    "status": schema.STATUSES,
    "priority": ("urgent", "high", "normal", "low"),
    "channel": ("email", "phone", "chat", "web", "portal", "messaging", "social", "in_app"),
}
# The answers of each scale that counts in words or figures; of the others only figures are answers.
ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "good_bad": ("good", "bad"),
    "1_5": ("1", "2", "3", "4", "5"),
    "1_3": ("1", "2", "3"),
    "fd_103": ("103", "102", "101", "100", "-101", "-102", "-103"),
    "nps": tuple(str(number) for number in range(11)),
    "ces": tuple(str(number) for number in range(1, 8)),
}
_WORDS: Final = {
    "status": {
        "new": "new neu nouveau nuevo novo nuovo nieuw 新規 untouched",
        "open": "open offen ouvert abierto aberto aperto オープン active in-progress in_progress assigned reopened",
        "pending": "pending wartend en-attente pendiente pendente in-attesa 保留 waiting awaiting-user-info snoozed"
        " waiting-for-customer waiting-on-customer",
        "on_hold": "hold on-hold onhold in-wartestellung en-pause en-espera em-espera in-sospeso 待機中 awaiting-vendor"
        " waiting-on-third-party",
        "solved": "solved gelöst résolu resuelto resolvido risolto 解決済み resolved done completed fixed",
        "closed": "closed geschlossen clos fermé cerrado fechado chiuso 終了 cancelled canceled",
        "deleted": "deleted gelöscht supprimé eliminado trash removed",
    },
    "priority": {
        "urgent": "urgent dringend critical highest p1 kritisch urgente",
        "high": "high hoch élevée haute alta p2",
        "normal": "normal medium mittel normale media p3 moderate",
        "low": "low niedrig basse faible baja baixa lowest p4",
    },
    "channel": {
        "email": "email e-mail mail",
        "phone": "phone telefon téléphone teléfono telefone voice call",
        "chat": "chat live-chat livechat",
        "web": "web web-form webform formular widget",
        "portal": "portal self-service self_service help-center",
    },
    "rating": {
        "good": "good gut bien bom satisfied happy positive great",
        "bad": "bad schlecht mauvais malo ruim unsatisfied unhappy negative",
    },
}  # fmt: skip
_GUESSES: Final = {
    column: {word: ours for ours, words in groups.items() for word in words.split()}
    for column, groups in _WORDS.items()
}


def guess(column: str, value: str) -> str:
    """Which of ours a value most likely is; "" when nothing is likely."""
    bare = "-".join(value.strip().casefold().split())
    if bare in OURS.get(column, ()):
        return bare
    return _GUESSES.get(column, {}).get(bare, "")


def guess_scale(values: list[str]) -> str:
    """The scale that all of these answers are on, "" when they fit none or several equally well."""
    found = {value.strip() for value in values}
    if not found:
        return ""
    if found <= {"good", "bad"} or all(guess("rating", value) for value in found):
        return "good_bad"
    fits = [scale for scale in ("1_5", "fd_103", "nps") if found <= {*ANSWERS[scale]}]
    return fits[0] if fits and (len(found) > 3 or fits[0] == "fd_103" or "5" in found) else ""
