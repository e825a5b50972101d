import { COLLECTOR_PORTS, COLLECTOR_STATE, POD_LOGS } from "../../components/observability/collector-config";
import { LOKI_PORT, TEMPO_PORT } from "../../components/observability/addresses";
import { TEMPO_OTLP } from "../../components/observability/tempo-config";
import { GARAGE_PORTS } from "../../components/storage/garage-config";
import type { Moves } from "./relocation";

/** Port of each server of the data flow, on loopback. */
export interface DataflowPorts {
    readonly prometheus: number;
    readonly alertmanager: number;
    readonly loki: number;
    readonly lokiGrpc: number;
    readonly tempo: number;
    readonly tempoGrpc: number;
    readonly tempoOtlpGrpc: number;
    readonly tempoOtlpHttp: number;
    readonly otlpGrpc: number;
    readonly otlpHttp: number;
    readonly collectorMetrics: number;
    readonly collectorHealth: number;
    /** S3, wherever it is. */
    readonly s3: number;
    /** Garage's administration; a port that nobody listens on where there is no Garage. */
    readonly garageAdmin: number;
    /** Nobody listens on it: what is not part of the data flow. */
    readonly nobody: number;
}

/** Names of the ports, for who asks the system for them. */
export const DATAFLOW_PORTS: readonly (keyof DataflowPorts)[] = [
    "prometheus",
    "alertmanager",
    "loki",
    "lokiGrpc",
    "tempo",
    "tempoGrpc",
    "tempoOtlpGrpc",
    "tempoOtlpHttp",
    "otlpGrpc",
    "otlpHttp",
    "collectorMetrics",
    "collectorHealth",
    "s3",
    "garageAdmin",
    "nobody",
];

const LOKI_GRPC = 9095;

/** A server that is found by its Service in a cluster. */
function at(port: number): string {
    return `127.0.0.1:${port}`;
}

/**
 * What is different in Prometheus' configuration on loopback. @param folder where its files and data are
 * @param scrapesPods jobs ask an API server for targets, so that they have to be given another identity
 */
export function prometheusMoves(ports: DataflowPorts, folder: string): Moves {
    return {
        "/etc/config": `${folder}/config`,
        "/data": `${folder}/data`,
        "/var/run/secrets/kubernetes.io/serviceaccount": `${folder}/account`,
        "/etc/prometheus/secrets/garage": `${folder}/garage`,
        "alertmanager.observability.svc:9093": at(ports.alertmanager),
        [`garage-admin.storage.svc:${GARAGE_PORTS.admin}`]: at(ports.garageAdmin),
        "kube-state-metrics.observability.svc:8080": at(ports.nobody),
    };
}

/** What is different in Alertmanager's configuration on loopback. */
export function alertmanagerMoves(folder: string): Moves {
    return { "/etc/alertmanager": `${folder}/config`, "/alertmanager": `${folder}/data` };
}

/** What is different in Loki's configuration on loopback. */
export function lokiMoves(ports: DataflowPorts, folder: string): Moves {
    return {
        "/etc/loki": `${folder}/etc`,
        "/var/loki": `${folder}/data`,
        // What the kubelet puts in its place.
        "$(POD_IP)": "127.0.0.1",
        [`http_listen_port: ${LOKI_PORT}`]: `http_listen_port: ${ports.loki}`,
        [`grpc_listen_port: ${LOKI_GRPC}`]: `grpc_listen_port: ${ports.lokiGrpc}`,
        [`127.0.0.1:${LOKI_GRPC}`]: at(ports.lokiGrpc),
        [`garage.storage.svc:${GARAGE_PORTS.s3}`]: at(ports.s3),
        "alertmanager.observability.svc:9093": at(ports.alertmanager),
    };
}

/** What is different in Tempo's configuration on loopback. */
export function tempoMoves(ports: DataflowPorts, folder: string): Moves {
    return {
        "/conf": `${folder}/conf`,
        "/var/tempo": `${folder}/data`,
        // Unlike Loki, it has no arguments for addresses.
        [`http_listen_port: ${TEMPO_PORT}`]: [
            "http_listen_address: 127.0.0.1",
            "grpc_listen_address: 127.0.0.1",
            `http_listen_port: ${ports.tempo}`,
        ].join("\n  "),
        [`0.0.0.0:${TEMPO_OTLP.grpc}`]: at(ports.tempoOtlpGrpc),
        [`0.0.0.0:${TEMPO_OTLP.http}`]: at(ports.tempoOtlpHttp),
        [`garage.storage.svc:${GARAGE_PORTS.s3}`]: at(ports.s3),
        "prometheus.observability.svc:9090": at(ports.prometheus),
    };
}

/**
 * What is different in the collector's configuration on loopback. That it finds the API server by a kubeconfig, and not
 * by what the kubelet mounts into every pod at a fixed path, is an address, too.
 */
export function collectorMoves(ports: DataflowPorts, folder: string): Moves {
    return {
        "/etc/otelcol": `${folder}/config`,
        [POD_LOGS]: `${folder}/logs`,
        [COLLECTOR_STATE]: `${folder}/state`,
        [`0.0.0.0:${COLLECTOR_PORTS.otlpGrpc}`]: at(ports.otlpGrpc),
        [`0.0.0.0:${COLLECTOR_PORTS.otlpHttp}`]: at(ports.otlpHttp),
        [`0.0.0.0:${COLLECTOR_PORTS.health}`]: at(ports.collectorHealth),
        "host: 0.0.0.0": "host: 127.0.0.1",
        [`port: ${COLLECTOR_PORTS.metrics}`]: `port: ${ports.collectorMetrics}`,
        "auth_type: serviceAccount": "auth_type: kubeConfig",
        [`loki.observability.svc:${LOKI_PORT}`]: at(ports.loki),
        "prometheus.observability.svc:9090": at(ports.prometheus),
        [`tempo.observability.svc:${TEMPO_OTLP.grpc}`]: at(ports.tempoOtlpGrpc),
    };
}

/** Arguments that keep a server on loopback whose configuration names a port only, or none. */
export const LISTEN = {
    prometheus: (ports: DataflowPorts): readonly string[] => [`--web.listen-address=${at(ports.prometheus)}`],
    alertmanager: (ports: DataflowPorts): readonly string[] => [`--web.listen-address=${at(ports.alertmanager)}`],
    loki: (): readonly string[] => [
        "-server.http-listen-address=127.0.0.1",
        "-server.grpc-listen-address=127.0.0.1",
        // Where queriers find the front end: else it is the address of the machine's network.
        "-frontend.instance-addr=127.0.0.1",
    ],
    tempo: (ports: DataflowPorts): readonly string[] => [`-server.grpc-listen-port=${ports.tempoGrpc}`],
} as const;
