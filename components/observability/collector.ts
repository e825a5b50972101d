import type * as pulumi from "@pulumi/pulumi";
import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { namespaceName } from "../config/namespaces";
import { HearthComponent } from "../core/component";
import { workloadRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import { COLLECTOR_NAME, COLLECTOR_PORTS } from "./collector-config";
import { collectorImage, collectorManifests, type CollectorPlatform } from "./collector-manifests";

export interface CollectorArgs {
    readonly config: CollectorPlatform;
    /** Gives the namespace `node-agents`. */
    readonly namespaces: Namespaces;
}

/** The OpenTelemetry Collector on every node: OTLP and pods' logs in, to Tempo, Loki and Prometheus out. */
export class Collector extends HearthComponent {
    public static readonly __pulumiType = "hearth:observability:Collector" as const;

    public readonly namespace = namespaceName("nodeAgents");
    /** Where pods send OTLP over gRPC (`host:port`); OTLP over HTTP is on port 4318 of the same host. */
    public readonly otlpGrpc: string;

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: CollectorArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Collector.__pulumiType, name, { image: collectorImage(args.config) }, opts);
        this.otlpGrpc = `${COLLECTOR_NAME}.${this.namespace}.svc:${COLLECTOR_PORTS.otlpGrpc}`;
        const manifests = collectorManifests(args.config, this.namespace);
        const inNamespace = this.child({ dependsOn: [args.namespaces.of("nodeAgents")] });

        const account = new ServiceAccount(this.childName("account"), manifests.serviceAccount, inNamespace);
        const role = new ClusterRole(this.childName("role"), manifests.clusterRole, this.child());
        const binding = new ClusterRoleBinding(
            this.childName("binding"),
            manifests.clusterRoleBinding,
            // Who may not grant everything may bind only a role that exists.
            this.child({ dependsOn: [role] }),
        );
        const config = new ConfigMap(this.childName("config"), manifests.configMap, inNamespace);
        const daemonSet = new DaemonSet(
            this.childName("daemonset"),
            manifests.daemonSet,
            // A pod that starts before it may list pods gives up after half a minute and is started anew, later and later.
            this.child({ dependsOn: [account, binding, config] }),
        );
        new Service(this.childName("service"), manifests.service, inNamespace);
        this.rollout = workloadRollout(daemonSet);
        this.registerOutputs({ namespace: this.namespace, otlpGrpc: this.otlpGrpc });
    }
}
