import { namespacesOf } from "../config/namespaces";
import { hasLayer, type PlatformConfig } from "../config/schema";
import type { Peer, Ports } from "./peers";
import { surroundingsOf } from "./surroundings";

type Settings = Pick<PlatformConfig, "layers" | "applicationNamespaces" | "cluster">;

/** Where a URL leads. */
interface Address {
    readonly host: string;
    readonly port: number;
}

/** Ports of schemes that a URL need not name. */
const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443, "ssh:": 22, "git:": 9418 };

/** `git@host:path`, which git takes for SSH. */
const SCP_LIKE = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)/;

/** Host and port that a URL or a git remote names; undefined for what needs no network (a folder). */
export function addressOf(url: string): Address | undefined {
    const scp = SCP_LIKE.exec(url)?.[1];
    if (scp !== undefined) return { host: scp, port: 22 };
    if (!URL.canParse(url)) return undefined;
    const { protocol, hostname, port } = new URL(url);
    const number = port === "" ? PORTS[protocol] : Number(port);
    return hostname === "" || number === undefined ? undefined : { host: hostname, port: number };
}

/** A Service's name in the cluster: `name.namespace.svc`, with or without the cluster's domain. */
const SERVICE = /^[^.]+\.([^.]+)\.svc(?:\.cluster\.local)?\.?$/;

/** Where one of the platform's programs is told to go by an address in the settings. */
export interface Target {
    readonly peer: Peer;
    readonly ports: Ports;
}

/**
 * The other end of a flow to an address in the settings; undefined where it leads nowhere that may be.
 *
 * A Service's port is not its pods': those of a namespace that the address names may be reached at any. The platform's
 * own namespaces are closed to it, whatever the settings say, and the applications' where the mesh guards them: there
 * the way leads by the waypoint, which has flows of its own.
 */
export function targetOf(url: string, config: Settings): Target | undefined {
    const address = addressOf(url);
    if (address === undefined) return undefined;
    const namespace = SERVICE.exec(address.host)?.[1];
    if (namespace === undefined) return { peer: surroundingsOf(config).outside, ports: [address.port] };
    if (config.applicationNamespaces.includes(namespace)) {
        return hasLayer(config, "istio") ? undefined : { peer: { kind: "applications", namespace }, ports: "any" };
    }
    const ours = namespacesOf(config.layers).some(({ name }) => name === namespace);
    return ours ? undefined : { peer: { kind: "foreign", namespace }, ports: "any" };
}
