import type { DeploymentArgs } from "@pulumi/kubernetes/apps/v1/deployment";
import type { ServiceArgs } from "@pulumi/kubernetes/core/v1/service";
import { GIT_PORT, GIT_SERVER, SERVED_FOLDER } from "../config/delivery";
import { formatImage, type ImageRef } from "../config/images";
import { SKIP_AWAIT } from "../core/await";
import { labels, selector } from "../core/labels";
import { resources } from "../core/quantity";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { NAMESPACE, USER } from "./identities";

const METADATA = {
    name: GIT_SERVER,
    namespace: NAMESPACE,
    labels: { ...labels(GIT_SERVER, "gitops") },
    annotations: SKIP_AWAIT,
};

/** What git serves; nothing else is writable. */
const ROOT = "/srv/git";

/** Bare repository of the checkout, in the git server's container. */
export const SERVED_PATH = `${ROOT}/${SERVED_FOLDER}`;

/**
 * Makes the repository where there is none, and serves it. It can be read by whom the network lets in, and is written by
 * `make push` only, which runs git in this container: git's own protocol knows no names and no passwords, so that
 * writing by it stays off, as it is by default.
 */
function script(branch: string): string {
    return [
        `if [ ! -d ${SERVED_PATH} ]; then git init --quiet --bare --initial-branch=${branch} ${SERVED_PATH}; fi`,
        // A checkout without its whole history, as CI makes them, can be pushed too.
        `git -C ${SERVED_PATH} config receive.shallowUpdate true`,
        `exec git daemon --export-all --base-path=${ROOT} --port=${GIT_PORT} --reuseaddr --init-timeout=10 --timeout=60 ${ROOT}`,
    ].join("\n");
}

/** What Argo CD follows may be a tag, a commit or a whole name: a bare repository needs a branch all the same. */
export function branchOf(revision: string): string {
    const name = revision.replace(/^refs\/heads\//, "");
    return /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(name) && name !== "HEAD" && !name.startsWith("refs/") ? name : "main";
}

/**
 * A git server out of what is there anyway: git's own daemon, in Argo CD's image, which has git to fetch with.
 *
 * It keeps nothing of its own, since the checkout is the truth: a pod that is made anew serves an empty repository, at
 * which Argo CD leaves everything as it is, until the next `make push`.
 */
export function gitServerDeployment(image: ImageRef, revision: string): DeploymentArgs {
    return {
        metadata: METADATA,
        spec: {
            replicas: 1,
            // Two at once would be two repositories.
            strategy: { type: "Recreate" },
            selector: { matchLabels: selector(GIT_SERVER) },
            template: {
                metadata: { labels: { ...labels(GIT_SERVER, "gitops") } },
                spec: {
                    serviceAccountName: GIT_SERVER,
                    automountServiceAccountToken: false,
                    enableServiceLinks: false,
                    securityContext: restrictedPod(USER),
                    // git's daemon waits for nobody: who fetches tries again.
                    terminationGracePeriodSeconds: 5,
                    containers: [
                        {
                            name: GIT_SERVER,
                            image: formatImage(image),
                            // The image's entry point is an init, which a shell or git as the first process would lack.
                            args: ["/bin/sh", "-euc", script(branchOf(revision))],
                            env: [{ name: "HOME", value: ROOT }],
                            ports: [{ name: "git", containerPort: GIT_PORT }],
                            readinessProbe: { tcpSocket: { port: "git" }, periodSeconds: 2 },
                            resources: resources("10m", "32Mi", "256Mi"),
                            securityContext: RESTRICTED_CONTAINER,
                            volumeMounts: [{ name: "repositories", mountPath: ROOT }],
                        },
                    ],
                    volumes: [{ name: "repositories", emptyDir: { sizeLimit: "2Gi" } }],
                },
            },
        },
    };
}

/** Where Argo CD finds it. */
export function gitServerService(): ServiceArgs {
    return {
        metadata: METADATA,
        spec: {
            type: "ClusterIP",
            selector: selector(GIT_SERVER),
            ports: [{ name: "git", port: GIT_PORT, targetPort: "git" }],
        },
    };
}
