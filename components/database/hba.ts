export interface HbaArgs {
    readonly superuser: string;
    readonly exporter: string;
}

/**
 * pg_hba.conf: who may connect from where, first match wins. The superuser comes through the socket or through
 * `kubectl port-forward`, which ends at the pod's own loopback, and never over the network; the exporter runs in
 * the same pod. Which role gets into which database is decided by CONNECT rights.
 */
export function pgHba({ superuser, exporter }: HbaArgs): string {
    const loopback = ["127.0.0.1/32", "::1/128"];
    const rows = [
        ["local", "all", superuser, "", "peer"],
        ...loopback.map((address) => ["host", "all", superuser, address, "scram-sha-256"]),
        ["host", "all", superuser, "all", "reject"],
        ...loopback.map((address) => ["host", "postgres", exporter, address, "scram-sha-256"]),
        ["host", "all", exporter, "all", "reject"],
        ["host", "all", "all", "all", "scram-sha-256"],
    ];
    return `${rows.map((row) => row.filter((field) => field !== "").join(" ")).join("\n")}\n`;
}
