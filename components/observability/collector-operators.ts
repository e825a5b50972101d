/** One step of the file_log receiver's way from a line of a log file to a log record. */
export type Operator = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string };

/** Where what was understood of a line waits until trace context and severity are taken from it. */
const PARSED = "attributes.parsed";

/**
 * How programs write the pair of ids: OpenTelemetry's SDKs, Grafana's programs, most Node loggers, all lower case,
 * Traefik's access log.
 */
const TRACE_FIELDS: readonly (readonly [traceId: string, spanId: string])[] = [
    ["trace_id", "span_id"],
    ["traceID", "spanID"],
    ["traceId", "spanId"],
    ["traceid", "spanid"],
    ["TraceId", "SpanId"],
];

/** Levels of pino and bunyan; under `severity` the same numbers mean OpenTelemetry's, which the parser knows. */
const NUMERIC_LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

/** Text that carries ids: `trace_id=…`, `traceID="…"`, `traceId: …`, with the span's after it if at all. */
const TEXT_IDS =
    "(?i)trace_?id[\"']?[=:]\\s*[\"']?(?P<trace_id>[0-9a-f]{32})\\b(?:.*?span_?id[\"']?[=:]\\s*[\"']?(?P<span_id>[0-9a-f]{16})\\b)?";

/**
 * What is done to a line of a pod's log. The line itself stays the body, whatever it is: only its time, stream and
 * pod (from the file's path), its trace context and its severity are taken out. A JSON line's other fields are not
 * made attributes: Loki would store each one with the line again, and refuses lines with more than 128 of them;
 * `| json` reads them at query time.
 */
export function podLogOperators(): readonly Operator[] {
    return [
        // Undoes the container runtime's framing, joins the parts of long lines, reads the pod from the path.
        { type: "container", id: "cri", on_error: "send_quiet" },
        // The path has become attributes of the resource, and the tag has done its duty.
        ...["log.file.path", "logtag"].map((name) =>
            removal(`drop-${name.replaceAll(".", "-")}`, `attributes["${name}"]`),
        ),
        {
            type: "json_parser",
            id: "json",
            if: 'body matches "^\\\\s*\\\\{"',
            parse_from: "body",
            parse_to: PARSED,
            on_error: "send_quiet",
        },
        {
            type: "regex_parser",
            id: "text-ids",
            // The cheap test first: most lines carry no id, and the expression is tried on those that do only.
            if: `${PARSED} == nil and body matches "(?i)trace_?id"`,
            regex: TEXT_IDS,
            parse_from: "body",
            parse_to: PARSED,
            on_error: "send_quiet",
        },
        ...TRACE_FIELDS.map(traceParser),
        severityParser("level", NUMERIC_LEVELS),
        severityParser("severity"),
        removal("drop-parsed", PARSED),
    ];
}

/** Takes the trace context from one pair of fields, if they are ids: the parser would cut or pad what is not. */
function traceParser([traceId, spanId]: readonly [string, string]): Operator {
    return {
        type: "trace_parser",
        id: `trace-${traceId}`,
        if: isHex(traceId, 32),
        trace_id: { parse_from: `${PARSED}.${traceId}` },
        span_id: { parse_from: `${PARSED}.${spanId}` },
        trace_flags: { parse_from: `${PARSED}.trace_flags` },
        on_error: "send_quiet",
    };
}

function severityParser(field: string, mapping?: Readonly<Record<string, number>>): Operator {
    return {
        type: "severity_parser",
        id: `severity-${field}`,
        if: `${PARSED}?.${field} != nil`,
        parse_from: `${PARSED}.${field}`,
        ...(mapping === undefined ? {} : { mapping }),
        on_error: "send_quiet",
    };
}

function removal(id: string, field: string): Operator {
    return { type: "remove", id, if: `${field} != nil`, field };
}

/** An expression that is true for a text of so many hexadecimal digits, and false, not an error, for anything else. */
function isHex(field: string, digits: number): string {
    const value = `${PARSED}?.${field}`;
    return `type(${value}) == "string" and len(${value}) == ${digits} and not (${value} matches "[^0-9a-fA-F]")`;
}
