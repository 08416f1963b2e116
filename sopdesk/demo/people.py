"""The people of Lumio's desk: four sites, twelve teams, forty people. All of them are made up."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from sopdesk.accounts.models import Site, Team, User

PASSWORD = "lumio-demo-desk"  # noqa: S105 (a demo's: `make run` prints it)
DOMAIN = "lumio.example"

SITES = (
    ("dublin", "Dublin", "in_house", "Europe/Dublin"),
    ("lisbon", "Lisbon", "in_house", "Europe/Lisbon"),
    ("harbor", "Harbor", "vendor", "Asia/Manila"),
    ("northwind", "Northwind", "vendor", "Europe/Sofia"),
)
TEAMS = (
    ("dublin-policy", "Policy"),
    ("dublin-payments", "Payments"),
    ("dublin-safety", "Safety"),
    ("dublin-privacy", "Privacy"),
    ("lisbon-account", "Account"),
    ("lisbon-creators", "Creators"),
    ("harbor-account", "Account"),
    ("harbor-payments", "Payments"),
    ("harbor-safety", "Safety"),
    ("northwind-payments", "Payments"),
    ("northwind-account", "Account"),
    ("northwind-creators", "Creators"),
)
PEOPLE = """
dublin-policy       author               Ana Lim, Marta Kowalska, João Ferreira, Sofia Almeida, Tom Byrne, Aoife Nolan
dublin-policy       reviewer             Ben Okafor, Inês Duarte, Liam Walsh
dublin-policy       compliance_officer   Carla Reyes
dublin-policy       analyst              Gia Moretti
dublin-policy       administrator        Hal Lindqvist
dublin-payments     lead                 Niamh Daly
dublin-payments     agent                Dev Patel, Ciara Quinn
dublin-safety       lead                 Oskar Nyberg
dublin-safety       agent                Lena Fuchs, Kofi Mensah
dublin-privacy      lead                 Ruth Adler
dublin-privacy      agent                Milan Horvat
lisbon-account      lead                 Beatriz Rocha
lisbon-account      agent                Tiago Lopes, Yara Said
lisbon-creators     lead                 Hugo Pinto
lisbon-creators     agent                Clara Neves
harbor-account      lead                 Grace Villanueva
harbor-account      agent                Paolo Cruz, Maricel Ramos
harbor-payments     lead                 Finn Delgado
harbor-payments     agent                Eve Santos, Jun Mercado
harbor-safety       lead                 Arlene Bautista
harbor-safety       agent                Rico Navarro
northwind-payments  lead                 Petar Iliev
northwind-payments  agent                Desislava Koleva, Ivan Stoyanov
northwind-account   lead                 Elena Dimitrova
northwind-account   agent                Georgi Petrov, Amal Haddad
northwind-creators  agent                Rada Vasileva
"""
ALSO = {"Niamh Daly": ["agent"], "Gia Moretti": ["lead"]}
FUNCTIONS = {
    "Ben Okafor": ["product", "operations"],
    "Inês Duarte": ["operations"],
    "Liam Walsh": ["product", "legal"],
    "Carla Reyes": ["legal", "compliance"],
}


@dataclass(frozen=True)
class Login:
    """One of the log-ins that the README names and `make run` prints."""

    email: str
    role: str
    purpose: str


LOGINS = (
    Login(f"ana.lim@{DOMAIN}", "author", "writes SOPs, macros and articles"),
    Login(
        f"ben.okafor@{DOMAIN}", "reviewer", "reads the diff, approves for Product and Operations, publishes"
    ),
    Login(
        f"carla.reyes@{DOMAIN}",
        "compliance officer",
        "sees which duties bind, approves for Legal and Compliance",
    ),
    Login(f"dev.patel@{DOMAIN}", "agent in Dublin", "searches and follows"),
    Login(f"eve.santos@{DOMAIN}", "agent at the vendor Harbor", "searches and follows"),
    Login(f"finn.delgado@{DOMAIN}", "lead at the vendor Harbor", "reads that vendor's figures"),
    Login(f"gia.moretti@{DOMAIN}", "analyst", "imports tickets, reads every figure"),
    Login(f"hal.lindqvist@{DOMAIN}", "administrator", "adds people"),
)


def load() -> dict[str, User]:
    """Create the sites, teams and people, by slugs such as "ana-lim". Raises IntegrityError if one is there."""
    sites = {
        slug: Site.objects.create(slug=slug, name=name, kind=kind, time_zone=zone)
        for slug, name, kind, zone in SITES
    }
    teams = {
        slug: Team.objects.create(slug=slug, name=name, site=sites[slug.split("-")[0]])
        for slug, name in TEAMS
    }
    password = make_password(PASSWORD)  # once: hashing is slow on purpose
    people = {}
    for line in PEOPLE.strip().splitlines():
        team, role, names = line.split(maxsplit=2)
        for name in names.split(", "):
            slug = slug_of(name)
            people[slug] = User(
                email=f"{slug.replace('-', '.')}@{DOMAIN}",
                name=name,
                team=teams[team],
                roles=[role, *ALSO.get(name, [])],
                functions=FUNCTIONS.get(name, []),
                time_zone=teams[team].site.time_zone,
                password=password,
            )
    User.objects.bulk_create(people.values())
    return people


def slug_of(name: str) -> str:
    """ "João Ferreira" is joao-ferreira."""
    plain = name.lower().translate(str.maketrans("ãçéêíóôú", "aceeioou"))
    return plain.replace(" ", "-")
