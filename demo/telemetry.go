package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	promexporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"
)

// Where the mesh admits nobody but the waypoint, metrics are sent; they come as often as Prometheus would have asked.
const metricsEvery = 15 * time.Second

// telemetry is what a running program tells of itself.
type telemetry struct {
	// metrics answers Prometheus, with exemplars.
	metrics http.Handler
	// flush sends what waits, at the end.
	flush func()
}

// startTelemetry makes traces and metrics of this program. Nothing leaves it unless an endpoint is named.
func startTelemetry(ctx context.Context, role string) (telemetry, error) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Warn("telemetry", "error", err) }))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	origin, err := resource.Merge(resource.Default(), resource.NewSchemaless(semconv.ServiceName(role)))
	if err != nil {
		return telemetry{}, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	reader, err := newReader(ctx, registry)
	if err != nil {
		return telemetry{}, err
	}
	// Without the resource's attributes: what Prometheus scrapes, it labels itself.
	meters := metric.NewMeterProvider(metric.WithResource(origin), metric.WithReader(reader))
	otel.SetMeterProvider(meters)
	spans := []sdktrace.TracerProviderOption{sdktrace.WithResource(origin)}
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" {
		exporter, err := otlptracegrpc.New(ctx)
		if err != nil {
			return telemetry{}, err
		}
		spans = append(spans, sdktrace.WithBatcher(exporter))
	}
	traces := sdktrace.NewTracerProvider(spans...)
	otel.SetTracerProvider(traces)
	return telemetry{
		metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}),
		flush: func() {
			within, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			for _, end := range []func(context.Context) error{traces.Shutdown, meters.Shutdown} {
				if err := end(within); err != nil {
					slog.Warn("telemetry is lost", "error", err)
				}
			}
		},
	}, nil
}

// newReader is the one way out for metrics: two would count everything twice.
func newReader(ctx context.Context, registry *prometheus.Registry) (metric.Reader, error) {
	if os.Getenv("OTEL_METRICS_EXPORTER") != "otlp" {
		return promexporter.New(promexporter.WithRegisterer(registry), promexporter.WithoutScopeInfo())
	}
	exporter, err := otlpmetricgrpc.New(ctx)
	if err != nil {
		return nil, err
	}
	return metric.NewPeriodicReader(exporter, metric.WithInterval(metricsEvery)), nil
}

// newLogger writes lines of JSON; those of a request have its ids, by which Grafana leads to its trace.
func newLogger(out io.Writer, role string) *slog.Logger {
	return slog.New(tracedLines{slog.NewJSONHandler(out, nil)}).With("service", role)
}

type tracedLines struct{ slog.Handler }

func (lines tracedLines) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(
			slog.String("trace_id", span.TraceID().String()),
			slog.String("span_id", span.SpanID().String()),
			slog.String("trace_flags", span.TraceFlags().String()),
		)
	}
	return lines.Handler.Handle(ctx, record)
}

func (lines tracedLines) WithAttrs(attributes []slog.Attr) slog.Handler {
	return tracedLines{lines.Handler.WithAttrs(attributes)}
}

func (lines tracedLines) WithGroup(name string) slog.Handler {
	return tracedLines{lines.Handler.WithGroup(name)}
}

// traceOf is the trace that a request belongs to; empty where there is none.
func traceOf(ctx context.Context) string {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		return span.TraceID().String()
	}
	return ""
}
