{{/* The operator's settings as environment variables. The test harness reads these from the rendered chart. */}}
{{- define "ampacity.env" -}}
- name: AMPACITY_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: AMPACITY_IDENTITY
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- {name: AMPACITY_CATALOGUE, value: /etc/ampacity}
- {name: AMPACITY_HTTP_HOST, value: "0.0.0.0"}
- {name: AMPACITY_HTTP_PORT, value: "8080"}
{{- range $name, $value := .Values.settings }}
- {name: AMPACITY_{{ $name | snakecase | upper }}, value: {{ $value | quote }}}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
