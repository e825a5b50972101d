import { isPinned, parseImage, type ImageRef } from "../../components/config/images";
import { IMAGE_IDS, KIND_NODE_IMAGE, pinnedImage } from "../../components/config/versions";
import { kindCluster } from "../model/kind-cluster";
import { eachContainer } from "../model/pods";
import type { Facts, Finding, ObjectRule } from "../model/rule";
import { unknown, violation, type Subject } from "../model/subject";
import { at, isHidden, itemsOf, placesIn, type Value } from "../model/value";
import { isChart } from "./pinned-charts";

/** Every image is one exact image. */
export const pinnedImages: ObjectRule = {
    scope: "object",
    name: "pinned-images",
    title: "Every image is pinned: by a tag that is not latest, and by its digest where Hearth knows it",
    severity: "high",
    reason: "what a floating tag means changes without a change here, and nodes of one cluster may run different images",
    remediation: "name the image as components/config/registry.json has it (resolveImage), digest included",
    check(subject, facts) {
        return [
            ...eachContainer(subject, ({ name, path, value }) =>
                imageFindings(subject, [...path, "image"], at(value, "image"), facts, name),
            ),
            ...(isChart(subject) ? floatingValues(subject) : []),
            ...nodeImages(subject, facts),
        ];
    },
};

/** `repository:tag` to digest, for the images that the registry knows by digest. */
const KNOWN_DIGESTS: ReadonlyMap<string, string> = new Map(
    [...IMAGE_IDS.map(pinnedImage), KIND_NODE_IMAGE].flatMap((reference) => {
        const image = parseImage(reference);
        return image?.digest === undefined ? [] : [[tagged(image), image.digest] as const];
    }),
);

function tagged({ repository, tag }: ImageRef): string {
    return `${repository}:${tag ?? ""}`;
}

/** What a mirror puts before a repository's path does not make another image of it. */
function isKnownByDigest(image: ImageRef): boolean {
    return [...KNOWN_DIGESTS.keys()].some((known) => tagged(image) === known || tagged(image).endsWith(`/${known}`));
}

function imageFindings(
    subject: Subject,
    path: readonly (string | number)[],
    value: Value | undefined,
    { imagesByTag }: Facts,
    part?: string,
): readonly Finding[] {
    if (isHidden(value)) return [unknown(subject, path, part)];
    const image = typeof value === "string" ? parseImage(value) : undefined;
    if (image === undefined) return [violation(subject, path, "is no reference of an image", part)];
    if (!isPinned(image)) return [violation(subject, path, "has neither a digest nor a tag that is not latest", part)];
    if (image.digest === undefined && !imagesByTag && isKnownByDigest(image)) {
        return [violation(subject, path, "lacks the digest that the registry has for it", part)];
    }
    return [];
}

/** What of a chart's values would make a floating image, whatever the chart is. */
function floatingValues(subject: Subject): readonly Finding[] {
    return placesIn(at(subject.body, "values") ?? null, ["values"])
        .filter(
            ({ key, value }) =>
                (key === "tag" && value === "latest") ||
                (key === "image" && typeof value === "string" && value.endsWith(":latest")),
        )
        .map(({ path }) => violation(subject, path, "is the tag latest"));
}

function nodeImages(subject: Subject, facts: Facts): readonly Finding[] {
    const cluster = kindCluster(subject);
    if (cluster === undefined) return [];
    if (isHidden(cluster)) return [unknown(subject, ["stdin"])];
    return itemsOf(at(cluster, "nodes")).flatMap((node, index) =>
        imageFindings(subject, ["stdin", "nodes", index, "image"], at(node, "image"), facts),
    );
}
