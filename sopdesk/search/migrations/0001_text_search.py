"""What the index stands on in Postgres: extensions, a text search configuration per language, four functions.

Everything an index is built with is IMMUTABLE and names its objects by schema, so that a dump restores.
"""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# Languages that Postgres can stem. Every other language is found by whole words and beginnings of words.
LANGUAGES = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "nl": "dutch", "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
WORDS = "hword, hword_part, word, numword, numhword, hword_numpart"


def _configuration(name, source, stem):
    """Accents are taken off before a word is stemmed: café finds cafe, and the other way round."""
    return f"""
        CREATE TEXT SEARCH CONFIGURATION public.search_{name} (COPY = pg_catalog.{source});
        ALTER TEXT SEARCH CONFIGURATION public.search_{name}
            ALTER MAPPING FOR {WORDS} WITH public.unaccent, pg_catalog.{stem};
    """


CREATE_CONFIGURATIONS = _configuration("simple", "simple", "simple") + "".join(
    _configuration(code, language, f"{language}_stem") for code, language in LANGUAGES.items()
)
DROP_CONFIGURATIONS = "".join(
    f"DROP TEXT SEARCH CONFIGURATION IF EXISTS public.search_{name};" for name in ["simple", *LANGUAGES]
)

# The parser takes "and/or" for a file, "-0042" for a number, <b> for a tag, and a line of Chinese for one word.
# A separator that is never written by people (U+E002) is put round such signs; U+E000 and U+E001 mark highlights.
CREATE_SEPARATED = r"""
    CREATE FUNCTION public.search_separated(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN regexp_replace(
        translate(value, U&'\E000\E001\E002', ''),
        '([-_/\\.@:#+~<>&=%\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])', U&'\E002\\1\E002', 'g'
    );
"""

CREATE_CONFIG = f"""
    CREATE FUNCTION public.search_config(locale text) RETURNS regconfig
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE split_part(lower(locale), '-', 1)
        {" ".join(f"WHEN '{code}' THEN 'public.search_{code}'::regconfig" for code in LANGUAGES)}
        ELSE 'public.search_simple'::regconfig
    END;
"""

CREATE_VECTOR = """
    CREATE FUNCTION public.search_vector(locale text, key text, title text, heading text, body text)
    RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN
        setweight(to_tsvector(public.search_config(locale), public.search_separated(title || ' ' || key)), 'A')
        || setweight(to_tsvector(public.search_config(locale), public.search_separated(heading)), 'B')
        || to_tsvector(public.search_config(locale), public.search_separated(body));
"""

# Whole words beside stems: "identit" is on the way to "identity", but no beginning of its stem "ident".
CREATE_HEAD = """
    CREATE FUNCTION public.search_head(locale text, key text, title text, heading text)
    RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN
        to_tsvector(public.search_config(locale), public.search_separated(title || ' ' || key || ' ' || heading))
        || strip(to_tsvector('public.search_simple', public.search_separated(title || ' ' || heading)));
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(CREATE_CONFIGURATIONS, DROP_CONFIGURATIONS),
        migrations.RunSQL(CREATE_SEPARATED, "DROP FUNCTION public.search_separated(text);"),
        migrations.RunSQL(CREATE_CONFIG, "DROP FUNCTION public.search_config(text);"),
        migrations.RunSQL(CREATE_VECTOR, "DROP FUNCTION public.search_vector(text, text, text, text, text);"),
        migrations.RunSQL(CREATE_HEAD, "DROP FUNCTION public.search_head(text, text, text, text);"),
    ]
