{{/* Labels of every object. */}}
{{- define "ferryman.labels" -}}
app.kubernetes.io/name: ferryman
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Labels that select the pods of a component: (dict "root" $ "component" "operator"). */}}
{{- define "ferryman.selector" -}}
app.kubernetes.io/name: ferryman
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Image reference: (dict "root" $ "image" .Values.operator.image). */}}
{{- define "ferryman.image" -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* All ServiceAccounts of agents, as subjects of a binding. */}}
{{- define "ferryman.agents" -}}
- kind: ServiceAccount
  name: ferryman-agent
  namespace: {{ .Release.Namespace }}
{{- range .Values.agent.hosts }}
- kind: ServiceAccount
  name: ferryman-agent-{{ . }}
  namespace: {{ $.Release.Namespace }}
{{- end }}
{{- end }}
