import { parseImage, type ImageRef } from "../config/images";
import { pinnedImage, type ImageId } from "../config/versions";

/** An image as charts want it that put registry, repository and tag together: a digest has to ride on the tag. */
export interface TaggedImage {
    readonly registry: string;
    readonly repository: string;
    readonly tag: string;
}

/** `registry`, `repository` and `tag[@digest]`; the pinned tag stands in for one that a digest made needless. */
export function taggedImage(id: ImageId, image: ImageRef): TaggedImage {
    const tag = image.tag ?? pinnedTag(id);
    return {
        registry: image.registry,
        repository: image.repository,
        tag: image.digest === undefined ? tag : `${tag}@${image.digest}`,
    };
}

/** The same for charts that have no field for the registry. */
export function unsplitImage(id: ImageId, image: ImageRef): Omit<TaggedImage, "registry"> {
    const { registry, repository, tag } = taggedImage(id, image);
    return { repository: `${registry}/${repository}`, tag };
}

/** Tag of the image that Hearth pins for a component. */
export function pinnedTag(id: ImageId): string {
    const tag = parseImage(pinnedImage(id))?.tag;
    if (tag === undefined) throw new Error(`the pinned image of ${id} has no tag`);
    return tag;
}
