import type { ObjectRule, Rule, StackRule } from "./model/rule";
import { defaultDeny } from "./rules/default-deny";
import { diesWithCluster } from "./rules/dies-with-cluster";
import { hostPorts } from "./rules/host-ports";
import { noAddedCapabilities } from "./rules/no-added-capabilities";
import { noClusterAdmin } from "./rules/no-cluster-admin";
import { noHostNamespaces } from "./rules/no-host-namespaces";
import { noHostPath } from "./rules/no-host-path";
import { noPlaintextSecret } from "./rules/no-plaintext-secret";
import { noPrivileged } from "./rules/no-privileged";
import { noRoot } from "./rules/no-root";
import { noWildcardRbac } from "./rules/no-wildcard-rbac";
import { pinnedCharts } from "./rules/pinned-charts";
import { pinnedImages } from "./rules/pinned-images";
import { podSecurityLabels } from "./rules/pod-security-labels";
import { quietCommands } from "./rules/quiet-commands";
import { repeatable } from "./rules/repeatable";
import { resources } from "./rules/resources";
import { strictMtls } from "./rules/strict-mtls";

/** Rules that judge objects one by one: in the policy pack, before each is made. */
export const OBJECT_RULES: readonly ObjectRule[] = [
    noPlaintextSecret,
    quietCommands,
    noPrivileged,
    noClusterAdmin,
    hostPorts,
    noHostNamespaces,
    noHostPath,
    noAddedCapabilities,
    noRoot,
    noWildcardRbac,
    podSecurityLabels,
    pinnedCharts,
    pinnedImages,
    resources,
    repeatable,
    diesWithCluster,
];

/** Rules that judge all objects together: in the policy pack, at the end of a preview or an update. */
export const STACK_RULES: readonly StackRule[] = [defaultDeny, strictMtls];

export const RULES: readonly Rule[] = [...OBJECT_RULES, ...STACK_RULES];

/** A rule by its name. */
export function ruleNamed(name: string): Rule | undefined {
    return RULES.find((rule) => rule.name === name);
}
