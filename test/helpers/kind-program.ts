import type { V1Pod } from "@kubernetes/client-node";
import { formatImage, resolveImage } from "../../components/config/images";
import { resources } from "../../components/core/quantity";
import { RESTRICTED_CONTAINER, restrictedPod } from "../../components/core/security";
import type { KindStack } from "./kind-stack";

/** Port, path and answer of the program; any other path it answers with 404. */
export const PROGRAM = { port: 8080, path: "/ping", answer: "OK" } as const;

/** A pod with a program that answers HTTP: a Traefik, whose image is on the nodes already. */
export function programPod(
    stack: KindStack,
    metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): V1Pod {
    const container = {
        name: "program",
        image: formatImage(resolveImage("traefik", stack.config.images)),
        args: [`--entryPoints.web.address=:${PROGRAM.port}`, "--ping=true", "--ping.entryPoint=web"],
        ports: [{ name: "http", containerPort: PROGRAM.port }],
        resources: resources("10m", "32Mi", "128Mi"),
        securityContext: RESTRICTED_CONTAINER,
    };
    return {
        metadata: { ...metadata, labels: { ...metadata.labels } },
        spec: {
            containers: [container],
            securityContext: restrictedPod(65532),
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 1,
        },
    };
}
