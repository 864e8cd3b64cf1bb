from ampacity.core.snapshot import AntiAffinity, PodSelector, Requirement, Spread
from ampacity.translate.pods.selectors import node_terms, pod_rules, spread
from tests.builders.kube import REQUIRED

WEB = {"matchLabels": {"app": "web"}}
IS_WEB = Requirement("app", "In", ("web",))


def affinity(*terms: dict) -> dict:
    return {"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": list(terms)}}}}


def expression(key: str, operator: str, *values: str) -> dict:
    return {"key": key, "operator": operator, "values": list(values)}


def test_no_selector_means_any_node() -> None:
    assert node_terms({}) == ()
    assert (
        node_terms({"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{}]}}})
        == ()
    )


def test_the_node_selector_holds_in_every_term() -> None:
    spec = {
        "nodeSelector": {"disk": "ssd"},
        **affinity(
            {"matchExpressions": [expression("zone", "In", "a")]},
            {"matchFields": [expression("metadata.name", "In", "n1")]},
        ),
    }
    ssd = Requirement("disk", "In", ("ssd",))
    assert node_terms(spec) == (
        (ssd, Requirement("zone", "In", ("a",))),
        (ssd, Requirement("metadata.name", "In", ("n1",), field=True)),
    )


def test_an_empty_term_matches_no_node_even_with_a_node_selector() -> None:
    assert node_terms({"nodeSelector": {"disk": "ssd"}, **affinity({})}) == ((),)
    assert node_terms(affinity()) == ((),)


def test_anti_affinity_and_affinity() -> None:
    term = {"labelSelector": WEB, "topologyKey": "rack", "namespaces": ["b", "a"]}
    rules = pod_rules(
        {"affinity": {"podAntiAffinity": {REQUIRED: [term]}, "podAffinity": {REQUIRED: [term]}}}, {}
    )
    selector = PodSelector((IS_WEB,), ("a", "b"))
    assert rules == (AntiAffinity(selector, "rack"), AntiAffinity(selector, "rack", attract=True))


def test_a_namespace_selector_means_all_namespaces() -> None:
    term = {"labelSelector": WEB, "topologyKey": "rack", "namespaceSelector": {"matchLabels": {"team": "x"}}}
    (rule,) = pod_rules({"affinity": {"podAntiAffinity": {REQUIRED: [term]}}}, {})
    assert rule.selector.namespaces == ("*",)


def test_no_selector_selects_nothing_and_an_empty_one_everything() -> None:
    terms = [{"topologyKey": "rack"}, {"topologyKey": "rack", "labelSelector": {}}]
    nothing, everything = pod_rules({"affinity": {"podAntiAffinity": {REQUIRED: terms}}}, {})
    assert nothing.selector.requirements == (Requirement("", "In", ()),)
    assert everything.selector.requirements == ()


def test_label_keys_take_the_pods_own_values() -> None:
    item = {
        "labelSelector": WEB,
        "topologyKey": "rack",
        "maxSkew": 2,
        "whenUnsatisfiable": "DoNotSchedule",
        "matchLabelKeys": ["pod-template-hash", "absent"],
    }
    (rule,) = spread({"topologySpreadConstraints": [item]}, {"pod-template-hash": "abc"})
    assert rule == Spread(
        PodSelector((IS_WEB, Requirement("pod-template-hash", "In", ("abc",))), ()), "rack", 2
    )


def test_soft_spread_never_refuses() -> None:
    item = {"labelSelector": WEB, "topologyKey": "rack", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
    assert spread({"topologySpreadConstraints": [item]}, {}) == ()
