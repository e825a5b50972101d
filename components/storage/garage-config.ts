import type { PlatformConfig } from "../config/schema";

/** Name of the S3 region; clients sign their requests with it. */
export const S3_REGION = "garage";

/** Ports of the container, of the Services and of the configuration. */
export const GARAGE_PORTS = { s3: 3900, rpc: 3901, admin: 3903 } as const;

/** Where the volumes are in the container. */
export const GARAGE_PATHS = {
    meta: "/var/lib/garage/meta",
    data: "/var/lib/garage/data",
    config: "/etc/garage",
} as const;

type TomlValue = string | number | boolean;
type TomlTable = Readonly<Record<string, TomlValue>>;

/** TOML of plain keys and one level of tables. JSON's strings are TOML's basic strings. */
export function toml(root: TomlTable, tables: Readonly<Record<string, TomlTable>>): string {
    const lines = (table: TomlTable): readonly string[] =>
        Object.entries(table).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    const sections = Object.entries(tables).flatMap(([name, table]) => ["", `[${name}]`, ...lines(table)]);
    return [...lines(root), ...sections, ""].join("\n");
}

/** garage.toml. Nothing in it is secret: the server takes its secrets from the environment. */
export function garageToml(): string {
    const { s3, rpc, admin } = GARAGE_PORTS;
    return toml(
        {
            metadata_dir: GARAGE_PATHS.meta,
            data_dir: GARAGE_PATHS.data,
            // LMDB's files do not survive a kill of the machine reliably; SQLite's do (Garage's reference manual).
            db_engine: "sqlite",
            metadata_auto_snapshot_interval: "6h",
            replication_factor: 1,
            // Data on its way to the disk; the default of 256MiB alone would be most of the container's memory.
            block_ram_buffer_max: "64MiB",
            // One node has nobody to talk to: its RPC stays inside the pod.
            rpc_bind_addr: `127.0.0.1:${rpc}`,
            rpc_public_addr: `127.0.0.1:${rpc}`,
        },
        {
            // Not [::]: kernels booted with ipv6.disable=1 refuse to bind it, and kind's and kwok's pods have IPv4.
            s3_api: { s3_region: S3_REGION, api_bind_addr: `0.0.0.0:${s3}` },
            admin: { api_bind_addr: `0.0.0.0:${admin}`, metrics_require_token: true },
        },
    );
}

/** Sizes of the volumes. */
export type GarageSizes = Pick<PlatformConfig["sizes"], "garage-data" | "garage-meta">;
