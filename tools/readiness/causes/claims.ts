import { describePod, oneLine, where, type Cause, type PodContext } from "./cause";
import type { Claim, Pod } from "../objects";

/** Names of the claims that a pod mounts. */
export function claimsOf({ spec }: Pod): readonly string[] {
    return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
        persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName],
    );
}

/** Says why a claim that a pod mounts is not bound; undefined when it is, or when it only takes its time. */
export function claimCause({ facts, workload, pod }: PodContext, name: string): Cause | undefined {
    const { namespace } = pod.metadata;
    const claim = facts.snapshot.claims?.find(
        ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    const place = `${where(workload, pod)}, claim ${name}`;
    if (claim === undefined) {
        if (!facts.lacks("PersistentVolumeClaim", namespace, name)) return undefined;
        const fix = `if it was deleted, delete pod ${pod.metadata.name}: its StatefulSet makes both again; else see ${describePod(pod)}`;
        return {
            problem: { where: place, what: "is missing", fix },
            definite: true,
            brief: `claim ${name} is missing`,
        };
    }
    const why = whyUnbound(claim, {
        classExists: (storageClass) => !facts.lacks("StorageClass", undefined, storageClass),
        complaint: facts.lastEvent(claim.metadata.uid, "FailedBinding", "ProvisioningFailed")?.message ?? "",
    });
    if (why === undefined) return undefined;
    return {
        problem: { where: place, what: why.what, fix: why.fix },
        definite: why.definite,
        brief: `claim ${name} ${why.what}`,
    };
}

/** What is known of a claim's surroundings. */
export interface ClaimFacts {
    readonly classExists: (name: string) => boolean;
    /** The last complaint of volume controller or provisioner; empty without one. */
    readonly complaint: string;
}

/** What keeps a claim unbound; undefined when it is bound, or waits for its pod to be scheduled. */
export function whyUnbound(
    { spec, status }: Claim,
    { classExists, complaint }: ClaimFacts,
): { readonly what: string; readonly fix: string; readonly definite: boolean } | undefined {
    if (status?.phase === "Bound") return undefined;
    if (status?.phase === "Lost") {
        return {
            what: `lost its volume ${spec.volumeName ?? ""}`.trimEnd(),
            fix: "the data is gone with the volume: delete the claim and its pod, and both are made anew",
            definite: true,
        };
    }
    const storageClass = spec.storageClassName ?? "";
    if (storageClass === "" && spec.volumeName === undefined && (spec.storageClassName === "" || complaint !== "")) {
        return {
            what: "has no StorageClass, and no volume fits it",
            fix: "make a StorageClass the cluster's default (`kubectl get storageclass`), then delete the claim and its pod",
            definite: true,
        };
    }
    if (storageClass !== "" && !classExists(storageClass)) {
        return {
            what: `wants the StorageClass ${storageClass}, which does not exist`,
            fix: "make that StorageClass, or name one that `kubectl get storageclass` lists",
            definite: true,
        };
    }
    if (complaint === "") return undefined;
    // Provisioners try again: the node may be short of something for a while.
    return {
        what: `is not provided with a volume: ${oneLine(complaint)}`,
        fix: `see the provisioner of StorageClass ${storageClass}`,
        definite: false,
    };
}
