import type { KindClusterConfig } from "../../components/config/schema";

/** A Kind cluster of one node as the settings' defaults give it, apart from changes; its image has no digest. */
export function kindClusterConfig(changes: Partial<KindClusterConfig> = {}): KindClusterConfig {
    return {
        provider: "kind",
        name: "hearth-test",
        engine: "docker",
        workers: 0,
        cni: "kindnetd",
        nodeImage: "kindest/node:v1.34.0",
        tuning: {
            eventTtl: "15m",
            etcdCompaction: "5m",
            unsafeNoFsync: true,
            leaderElection: false,
            imageGc: { high: 95, low: 80 },
        },
        registryMirrors: {},
        setCurrentContext: false,
        ...changes,
    };
}
