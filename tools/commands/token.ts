import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { readPlan } from "../stack/plan";
import { tokenRequest } from "../token/checks";
import { stackKubeconfig } from "../token/stack-kubeconfig";
import { requestToken } from "../token/token";

export const command: Command = {
    summary: "make a token for a user of the applications",
    usage: `Usage: node tools/run.js token --stack NAME --user USER [--ttl DURATION]
       make token USER=alice [TTL=10m] [STACK=full]

Has the stack's cluster sign a short-lived token for one of hearth:users, with the audience that the
applications' waypoints want, and prints it and nothing else on standard output:

  curl -H "Authorization: Bearer $(make -s token USER=alice)" http://127.0.0.1:30081/

  --stack NAME    the stack (default dev-fast; make takes full)
  --user USER     one of hearth:users
  --ttl DURATION  how long it holds, from 10m to 1h (default 10m)

Nobody can take a token back before its end. It gives no rights in Kubernetes.`,
    options: { user: "value", ttl: "value" },
    async run({ stack, values }) {
        const plan = readPlan(projectRoot(), stack);
        const request = tokenRequest(stack, plan.file.settings, { user: values.get("user"), ttl: values.get("ttl") });
        const { token, expires } = await requestToken(await stackKubeconfig(plan), request);
        console.error(`token of ${request.user} for ${request.audience}, until ${expires}`);
        console.log(token);
        return 0;
    },
};
