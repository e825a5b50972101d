import type { ObjectRule } from "../model/rule";
import { unknown, violation } from "../model/subject";
import { UNKNOWN } from "../model/value";

/** What is in a cluster goes with it, and is made in no other one. */
export const diesWithCluster: ObjectRule = {
    scope: "object",
    name: "dies-with-cluster",
    title: "Everything in a cluster is made by that cluster's provider and deleted with the cluster",
    severity: "medium",
    reason: "otherwise destroy asks an API server that is gone for each object, and an object without the provider lands in whatever cluster kubectl points to",
    remediation: "give it a parent that has the cluster's provider and deletedWith, as components/platform.ts does",
    check(subject, { ownCluster }) {
        const { type = "", options } = subject;
        if (!type.startsWith("kubernetes:") || options === undefined) return [];
        const stray = options.provider === undefined || /^default(?:_|$)/.test(options.provider);
        const provider = stray
            ? [violation(subject, ["provider"], "is not the cluster's, but what kubectl would use")]
            : [];
        if (!ownCluster) return provider;
        if (options.deletedWith === UNKNOWN) return [...provider, unknown(subject, ["deletedWith"])];
        const alone = options.deletedWith === "" ? [violation(subject, ["deletedWith"], "is not set")] : [];
        return [...provider, ...alone];
    },
};
