// What a file's credentials are judged by, so that the file need not be sent.
import { AssetLayoutError } from "./errors.js";
/** Takes the credentials and, where it can stand for the file, the digest out of a file. */
export async function inspectable(embedding, asset, options) {
    const carried = await embedding.storeOf(asset);
    if (carried.manifestStore === null)
        return carried;
    try {
        const layout = await embedding.layOut(asset, carried.manifestStore.length, { replaceStore: true });
        if (!(await layout.isSigned(carried.manifestStore)))
            return carried;
        const storeRange = { offset: layout.holeOffset, length: layout.holeBytes };
        return { ...carried, assetSha256: await layout.digest(options), storeRange };
    }
    catch (failure) {
        if (failure instanceof AssetLayoutError && failure.name !== "Truncated")
            return carried;
        throw failure;
    }
}
