import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { readContextKubeconfig } from "./components/cluster/existing-kubeconfig";
import { kubeconfigPath } from "./components/cluster/record";
import { loadConfig } from "./components/config/load";
import { Applications } from "./components/delivery/applications";
import { programApplications } from "./components/delivery/program";

/**
 * The part of the program that makes the applications, for `make watch`: the engine is told to look at nothing else
 * (`--target`), and leaves the rest of the stack as its state has it. Everything has the name and the place that it has
 * in the whole program, so that the next `make up` finds nothing to do (test/engine/delivery.test.ts).
 */
class Parent extends pulumi.ComponentResource {}

const config = loadConfig();
const { cluster } = config;
const kubeconfig =
    cluster.provider === "existing"
        ? readContextKubeconfig(cluster).text
        : fs.readFileSync(kubeconfigPath(cluster.name), "utf8");
// What only the state knows: tools/watch/pulumi-delivery.ts tells it. Neither is there on a cluster of somebody else's.
const { HEARTH_CLUSTER_ID: identity, HEARTH_CLUSTER_URN: urn } = process.env;

new Applications(
    "applications",
    {
        applications: programApplications(config),
        cluster: { kubeconfig, ...(identity === undefined ? {} : { identity }) },
    },
    {
        // A stand-in: what is not among the targets stays as it is.
        parent: new Parent("hearth:platform:Platform", "hearth"),
        ...(urn === undefined ? {} : { deletedWith: new pulumi.DependencyResource(urn) }),
    },
);
