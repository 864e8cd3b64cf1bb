"""Every name Ampacity puts on, or reads from, other people's objects."""

GROUP = "ampacity.io"
VERSION = "v1alpha1"

GATE = "ampacity.io/power"
SCHEDULER = "ampacity"                          # schedulerName of pods whose binding is their grant
POWERED = "ampacity.io/Powered"                 # pod condition
RESERVATION = "ampacity.io/reservation"         # pod annotation, JSON
ACCELERATORS = "ampacity.io/accelerators"       # pod annotation: profiles, best first, comma separated
MUST_SURVIVE = "ampacity.io/must-survive"       # pod annotation: domain types, comma separated
SINCE = "ampacity.io/since"                     # pod annotation: seconds; age of the controller's request
POOL = "ampacity.io/pool"                       # pod and Deployment label
RESIDENCY = "ampacity.io/residency"             # namespace annotation: where its pods may run, DE
WORKLOAD = "ampacity.io/workload"               # pod label: inference (default), training or batch
INTERCONNECT = "ampacity.io/interconnect-gpus"  # pod label: GPUs that the whole training job joins
SITE = "ampacity.io/site"                       # node, pod and Deployment label
RACK = "ampacity.io/rack"                       # node label
RACK_POWER = "ampacity.io/rack-power"           # node label, e.g. 17kW
RACK_COOLING = "ampacity.io/cooling"            # node label: air or liquid
RACK_LOOP = "ampacity.io/cooling-loop"          # node label: name of the coolant loop
ACCEPTED = "ampacity.io/accepted"               # label of accepted generations on record: their kind
ALLOW_DELETION = "ampacity.io/allow-deletion"   # CRD annotation: "true" lets it be deleted
HOLDS = "ampacity-holds"                        # ConfigMap in the operator's namespace
LEASE = "ampacity-leader"                       # Lease in the operator's namespace
MANAGED_BY = "app.kubernetes.io/managed-by"    # label of what we make; its value:
FIELD_MANAGER = "ampacity"
