import { readFileSync } from "node:fs";
import { readContextKubeconfig } from "../../components/cluster/existing-kubeconfig";
import { probeCluster } from "../../components/cluster/probe";
import { kubeconfigPath } from "../../components/cluster/record";
import { UserError } from "../../components/config/problems";
import type { StackPlan } from "../stack/plan";

/**
 * Content of the kubeconfig of a stack's cluster.
 * @throws UserError when the stack is not up
 */
export async function stackKubeconfig(plan: StackPlan): Promise<string> {
    const { stack, provider, clusterName: name, file } = plan;
    if (provider === "existing") {
        const { context = "", kubeconfig } = file.settings;
        const given = kubeconfig === undefined ? {} : { kubeconfig };
        return readContextKubeconfig({ provider, name, context, serviceType: "NodePort", ...given }).text;
    }
    const probe = await probeCluster(name);
    if (probe.state === "alive") return readFileSync(kubeconfigPath(name), "utf8");
    const what = probe.state === "absent" ? "is not up" : `is not up: its cluster is ${probe.state} (${probe.why})`;
    throw new UserError("there is no cluster to ask", [
        { where: `stack ${stack}`, what, fix: `make up STACK=${stack}` },
    ]);
}
