"""Tells how botocore reads pairs of files: a line of JSON in, a line of JSON out.

In: [config, credentials], paths. Out: first the version of botocore, then for each
pair either why it refused the files, or its profiles: each value as text (null for a
block), and why the profile could not be used, if so. A source profile always has
credentials here: ours are in a keychain.
"""

import json
import sys

import botocore
import botocore.session
from botocore.credentials import AssumeRoleProvider, CanonicalNameCredentialSourcer, Credentials
from botocore.exceptions import BotoCoreError, InfiniteLoopConfigError, PartialCredentialsError

# [services …] came with 1.31.
KNOWS_SERVICES = tuple(map(int, botocore.__version__.split(".")[:2])) >= (1, 31)


class Keychain:
    METHOD = CANONICAL_NAME = "keychain"

    def providers(self, profile_name, disable_env_vars=False):
        return [self]

    def load(self):
        return Credentials("AKIA", "secret")


def why_not(config, profile):
    provider = AssumeRoleProvider(
        load_config=lambda: config,
        client_creator=None,
        cache={},
        profile_name=profile,
        credential_sourcer=CanonicalNameCredentialSourcer([]),
        profile_provider_builder=Keychain(),
    )
    try:
        provider.load()
    except PartialCredentialsError:
        return "no source"
    except InfiniteLoopConfigError as e:
        return "own source" if e.kwargs["visited_profiles"][-1] == e.kwargs["source_profile"] else "loop"
    except BotoCoreError as e:
        return str(e)
    except TypeError as e:  # a block where it wants a value
        return repr(e)
    return ""


def read(config_file, credentials_file):
    session = botocore.session.Session(include_builtin_handlers=False)  # slow, and not asked
    session.set_config_variable("config_file", config_file)
    session.set_config_variable("credentials_file", credentials_file)
    try:
        config = session.full_config
    except BotoCoreError as e:
        return {"refused": str(e)}
    profiles = {}
    for name, values in config["profiles"].items():
        values = values or {}
        profile = {k: v if isinstance(v, str) else None for k, v in values.items()}
        try:
            seconds = str(int(profile["duration_seconds"]))
        except (KeyError, TypeError, ValueError):
            seconds = ""
        sts = None
        if isinstance(values.get("services"), str) and KNOWS_SERVICES:
            sts = config["services"].get(values["services"], {}).get("sts")
        profiles[name] = {
            "values": profile,
            "seconds": seconds,
            "sts": sts.get("endpoint_url", "") if isinstance(sts, dict) else "",
            "sts_known": KNOWS_SERVICES,
            "why_not": why_not(config, name),
        }
    return {"profiles": profiles}


print(json.dumps(botocore.__version__), flush=True)
for line in sys.stdin:
    print(json.dumps(read(*json.loads(line))), flush=True)
