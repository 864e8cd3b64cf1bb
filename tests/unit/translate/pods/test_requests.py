from ampacity.core.snapshot import Resources
from ampacity.translate.pods.requests import node_allocatable, node_devices, pod_requests
from ampacity.translate.quantity import MOST
from tests.builders.kube import GPU, container


def cpu_of(**spec: object) -> int:
    return pod_requests(spec).cpu_milli


def test_containers_add_up() -> None:
    asked = pod_requests({"containers": [container(cpu="1", memory="1Gi", gpu=2), container(cpu="500m")]})
    assert asked == Resources(1500, 2**30, 0, 1, ((GPU, 2),))


def test_a_limit_alone_is_a_request() -> None:
    asked = pod_requests({"containers": [{"resources": {"limits": {GPU: "4", "cpu": "2"}}}]})
    assert asked.extended == ((GPU, 4),)
    assert asked.cpu_milli == 2000


def test_init_containers_run_one_by_one_so_the_largest_counts() -> None:
    init = [container(cpu="3"), container(cpu="2")]
    assert cpu_of(containers=[container(cpu="1")], initContainers=init) == 3000
    assert cpu_of(containers=[container(cpu="4")], initContainers=init) == 4000


def test_sidecars_keep_running() -> None:
    sidecar = {**container(cpu="1"), "restartPolicy": "Always"}
    assert cpu_of(containers=[container(cpu="2")], initContainers=[sidecar]) == 3000
    # An init container runs beside the sidecars that were started before it, not those after it.
    before = [sidecar, container(cpu="5")]
    after = [container(cpu="5"), sidecar]
    assert cpu_of(containers=[container(cpu="2")], initContainers=before) == 6000
    assert cpu_of(containers=[container(cpu="2")], initContainers=after) == 5000


def test_overhead_comes_on_top_and_pod_level_figures_replace_the_containers() -> None:
    pod = {"containers": [container(cpu="2", gpu=1)], "resources": {"requests": {"cpu": "3"}}}
    assert pod_requests({**pod, "overhead": {"cpu": "250m"}}) == Resources(3250, 0, 0, 1, ((GPU, 1),))


def test_a_pod_that_asks_for_nothing_takes_a_pod_slot() -> None:
    assert pod_requests({"containers": [{}]}) == Resources(pods=1)


def test_allocatable_rounds_down_and_keeps_countable_resources() -> None:
    sizes = {"cpu": "127900m", "memory": "1Ti", "pods": "110", GPU: "8", "rdma/hca": "0"}
    assert node_allocatable({"allocatable": sizes}) == Resources(127_900, 2**40, 0, 110, ((GPU, 8),))
    assert node_allocatable({}) == Resources(pods=0)


def test_sums_of_huge_requests_are_bounded_too() -> None:
    containers = [container(memory="8Ei", cpu="10P", gpu="9223372036854775807")] * 3
    assert pod_requests({"containers": containers}) == Resources(MOST, MOST, 0, 1, ((GPU, MOST),))


def test_devices_of_a_node_are_those_it_has_whatever_it_offers() -> None:
    sizes = {"cpu": "4", "pods": "110", GPU: "8"}
    assert node_devices({"capacity": sizes, "allocatable": {**sizes, GPU: "5"}}) == ((GPU, 8),)
    assert node_devices({"allocatable": sizes}) == ((GPU, 8),)
    assert node_devices({}) == ()
