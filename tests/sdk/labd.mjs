/**
 * labd's commercetools mock as a second opinion, with the catalogue of the emulator's seed.
 *
 * In scope: start on loopback, copy stores and products. Out of scope: which calls are compared (steps/).
 */
import { CommercetoolsMock } from "@labdigital/commercetools-mock";

/**
 * @param {{api: object}} source a client of the emulator, to copy from
 * @param {string} projectKey
 * @returns {Promise<{vendor: import("./client.mjs").Vendor, project: object, stop(): Promise<void>}>} `project` takes
 *   resources as they are
 */
export async function startLabd(source, projectKey) {
  const mock = new CommercetoolsMock({
    enableAuthentication: true,
    validateCredentials: true,
    defaultProjectKey: projectKey,
    silent: true,
  });
  const project = mock.project(projectKey);
  const { body: stores } = await source.api.stores().get({ queryArgs: { limit: 500 } }).execute();
  for (const store of stores.results) await project.unsafeAdd("store", store);
  const { body: products } = await source.api.productProjections().get({ queryArgs: { limit: 500 } }).execute();
  for (const projection of products.results) await project.unsafeAdd("product", productOf(projection));
  const url = await mock.app.listen({ host: "127.0.0.1", port: 0 });
  return {
    project,
    vendor: { name: "labd", authUrl: url, apiUrl: url, projectKey },
    stop: () => mock.app.close(),
  };
}

/** The product that a projection was made from, published and without staged changes. */
function productOf(projection) {
  const { id, key, version, createdAt, lastModifiedAt, productType, taxCategory, state, published, hasStagedChanges, ...data } =
    projection;
  // Tax is left out on both sides of the comparison: the mock wants the whole tax category.
  return {
    id,
    key,
    version,
    createdAt,
    lastModifiedAt,
    productType,
    state,
    masterData: { published: published ?? true, hasStagedChanges: hasStagedChanges ?? false, current: data, staged: data },
  };
}
