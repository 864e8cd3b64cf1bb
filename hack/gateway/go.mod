module ampacity.io/hack/gateway

go 1.26.0

require (
	sigs.k8s.io/gateway-api v1.7.0
	sigs.k8s.io/gateway-api-inference-extension v1.5.0
)
