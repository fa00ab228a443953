// What a file's credentials are judged by, so that the file need not be sent.
/** Takes the credentials and the digest out of a file. */
export async function inspectable(embedding, asset, _options) {
    return embedding.storeOf(asset);
}
