import { promql, promqlNow, stat, timeseries, type Row } from "./model";
import type { DashboardSpec } from "./render";
import { metricLabel } from "./variables";

/** The chosen databases, never the templates: nobody works in those. */
const CHOSEN = 'datname=~"$database", datname!~"template[01]"';

/** What the databases do, and whether the server keeps up. Needs layers prometheus and postgresql. */
export const POSTGRESQL: DashboardSpec = {
    uid: "hearth-postgresql",
    title: "PostgreSQL",
    description: "Connections, transactions, rows, locks and space by database, and the server's write-ahead log.",
    variables: [metricLabel("database", 'pg_database_size_bytes{datname!~"template[01]"}', "datname")],
    rows: [state(), connections(), work(), space(), locks(), server()],
};

function state(): Row {
    return {
        title: "State",
        panels: [
            stat({
                title: "Answers",
                description: "The exporter beside the server can connect to it.",
                width: 4,
                unit: "bool_yes_no",
                badBelow: 1,
                queries: [promqlNow("min(pg_up) or vector(0)")],
            }),
            stat({
                title: "Connections used",
                description: "Of all that the server allows. At 100 % clients are refused.",
                width: 4,
                unit: "percentunit",
                badFrom: 0.8,
                queries: [promqlNow("sum(pg_stat_database_numbackends) / sum(pg_settings_max_connections)")],
            }),
            stat({
                title: "Longest transaction",
                description: "While it is open, dead rows of all databases stay.",
                width: 4,
                unit: "s",
                badFrom: 300,
                queries: [promqlNow("max(pg_stat_activity_max_tx_duration)")],
            }),
            stat({
                title: "Deadlocks in the last hour",
                width: 4,
                badFrom: 1,
                queries: [promqlNow("sum(round(increase(pg_stat_database_deadlocks[1h])))")],
            }),
            stat({
                title: "Size of all databases",
                width: 4,
                unit: "bytes",
                queries: [promqlNow("sum(pg_database_size_bytes)")],
            }),
            stat({
                title: "Statistics that cannot be read",
                description: "Panels below that show nothing; the exporter's log says why.",
                width: 4,
                badFrom: 1,
                queries: [promqlNow("sum(1 - pg_scrape_collector_success)")],
            }),
        ],
    };
}

function connections(): Row {
    return {
        title: "Connections",
        panels: [
            timeseries({
                title: "By database and state",
                unit: "short",
                stacked: true,
                queries: [
                    promql(`sum by (datname, state) (pg_stat_activity_count{${CHOSEN}}) > 0`, "{{datname}} {{state}}"),
                ],
            }),
            timeseries({
                title: "All, and how many may be",
                unit: "short",
                queries: [
                    promql("sum(pg_stat_database_numbackends)", "all"),
                    promql("sum(pg_settings_max_connections)", "limit"),
                ],
            }),
            timeseries({
                title: "Longest transaction",
                unit: "s",
                queries: [
                    promql(
                        `max by (datname, state) (pg_stat_activity_max_tx_duration{${CHOSEN}}) > 0`,
                        "{{datname}} {{state}}",
                    ),
                ],
            }),
        ],
    };
}

/** Rates of counters of `pg_stat_database`, a line for each and for each database. */
function rates(counters: Readonly<Record<string, string>>) {
    return Object.entries(counters).map(([counter, what]) => promql(rate(counter), `{{datname}} ${what}`.trim()));
}

function rate(counter: string): string {
    return `sum by (datname) (rate(pg_stat_database_${counter}{${CHOSEN}}[$__rate_interval]))`;
}

function work(): Row {
    return {
        title: "Transactions and rows",
        panels: [
            timeseries({
                title: "Transactions",
                unit: "ops",
                queries: rates({ xact_commit: "committed", xact_rollback: "rolled back" }),
            }),
            timeseries({
                title: "Rows read",
                description:
                    "Scanned: rows of whole tables and entries of indexes. Fetched: rows that an index led to. " +
                    "Where far more are scanned than fetched, an index may be missing.",
                unit: "cps",
                queries: rates({ tup_returned: "scanned", tup_fetched: "fetched" }),
            }),
            timeseries({
                title: "Rows written",
                unit: "cps",
                queries: rates({ tup_inserted: "inserted", tup_updated: "updated", tup_deleted: "deleted" }),
            }),
        ],
    };
}

function space(): Row {
    return {
        title: "Cache and disk",
        panels: [
            timeseries({
                title: "Found in the cache",
                description:
                    "Of the blocks that were read. Those that only the kernel had in its cache count as missed.",
                unit: "percentunit",
                queries: [promql(`${rate("blks_hit")} / (${rate("blks_hit")} + ${rate("blks_read")})`, "{{datname}}")],
            }),
            timeseries({
                title: "Written to temporary files",
                description: "By sorts and joins that work_mem is too small for.",
                unit: "Bps",
                queries: rates({ temp_bytes: "" }),
            }),
            timeseries({
                title: "Size",
                unit: "bytes",
                queries: [promql(`pg_database_size_bytes{${CHOSEN}}`, "{{datname}}")],
            }),
        ],
    };
}

function locks(): Row {
    return {
        title: "Locks",
        panels: [
            timeseries({
                title: "Held and waited for",
                unit: "short",
                queries: [promql(`sum by (datname, mode) (pg_locks_count{${CHOSEN}}) > 0`, "{{datname}} {{mode}}")],
            }),
            timeseries({
                title: "What running queries wait for",
                unit: "short",
                queries: [
                    promql(
                        "sum by (datname, wait_event_type, wait_event) " +
                            `(pg_stat_activity_count{${CHOSEN}, state="active", wait_event!=""}) > 0`,
                        "{{datname}} {{wait_event_type}} {{wait_event}}",
                    ),
                ],
            }),
            timeseries({
                title: "Deadlocks",
                description: "PostgreSQL ends one of the transactions with an error; its log names the queries.",
                unit: "ops",
                queries: rates({ deadlocks: "" }),
            }),
        ],
    };
}

function server(): Row {
    const writer = (counter: string, what: string) =>
        promql(`sum(rate(pg_stat_bgwriter_${counter}_total[$__rate_interval]))`, what);
    return {
        title: "Write-ahead log and background writer",
        panels: [
            timeseries({
                title: "Write-ahead log",
                description: "Near the limit, which is a soft one, there is a checkpoint.",
                width: 12,
                unit: "bytes",
                queries: [
                    promql("sum(pg_wal_size_bytes)", "size"),
                    promql("sum(pg_settings_max_wal_size_bytes)", "limit"),
                ],
            }),
            timeseries({
                title: "Buffers",
                description: "Stopped: the background writer wrote as much as it may at once, and left the rest.",
                width: 12,
                unit: "ops",
                queries: [
                    writer("buffers_alloc", "given out"),
                    writer("buffers_clean", "written ahead"),
                    writer("maxwritten_clean", "stopped"),
                ],
            }),
        ],
    };
}
