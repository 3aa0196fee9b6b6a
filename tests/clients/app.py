"""The SMART project's own client for Python: says where to send the browser, is told where it came
back, reads its patient. Speaks JSON lines on standard input and output with `fhirclient-python.mjs`."""

import json
import sys

from fhirclient import client
from fhirclient.models.observation import Observation


def say(what):
    print(json.dumps(what), flush=True)


setup = json.loads(sys.stdin.readline())
settings = {
    "app_id": setup["app"]["client_id"],
    "app_secret": setup["app"]["client_secret"],
    "api_base": setup["fhir"],
    "redirect_uri": setup["redirect"],
    "scope": setup["scope"],
    "launch_token": setup.get("launch"),
}
smart = client.FHIRClient(settings=settings)
assert smart.prepare() is False and smart.ready is False
say({"authorize": smart.authorize_url})
smart.handle_callback(json.loads(sys.stdin.readline())["callback"])
assert smart.ready
refreshed = smart.reauthorize() if setup["refresh"] else None
found = Observation.where({"patient": smart.patient_id}).perform_resources(smart.server)
say(
    {
        "patient": smart.patient_id,
        "name": smart.human_name(smart.patient.name[0]),
        "observations": sorted(f"Observation/{one.id}" for one in found),
        "refreshed": refreshed,
    }
)
