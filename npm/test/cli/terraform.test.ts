/**
 * The command line makes the Subscriptions that the Terraform module makes. `subscriptions.json` is printed from the
 * module by `cargo test -p edge-core --test terraform`.
 */
import { expect, test } from "vitest";
import { Options } from "../../src/cli/command.js";
import { CONTENT_OPTIONS, DESTINATION_OPTIONS, SERVICES, draftOf, type Service } from "../../src/cli/subscription/draft.js";
import SUBSCRIPTIONS from "./subscriptions.json" with { type: "json" };

/** The same inputs as the module gets. */
const DESTINATIONS: Record<Service, Record<string, string>> = {
  eventbridge: { "aws-account": "123456789012", "aws-region": "eu-central-1" },
  pubsub: { "gcp-project": "my-project", topic: "orders" },
  sns: { "topic-arn": "arn:aws:sns:eu-central-1:123456789012:orders" },
  eventgrid: { uri: "https://t.example/api/events", "access-key-env": "TOPIC_KEY" },
};

test("there is one for every service and every kind of notification", () => {
  const names = SERVICES.flatMap((service) => ["changes", "messages"].map((notify) => `${service} ${notify}`));
  expect(Object.keys(SUBSCRIPTIONS).sort()).toEqual(names.sort());
});

for (const [name, made] of Object.entries(SUBSCRIPTIONS)) {
  test(name, () => {
    const [service, notify] = name.split(" ") as [Service, string];
    const options = new Options({ ...DESTINATIONS[service], notify }, [...CONTENT_OPTIONS, ...DESTINATION_OPTIONS], { TOPIC_KEY: "the-key" });
    const draft = draftOf(options, service);
    // commercetools' own default where there are no keys; the provider does not name it.
    delete draft.destination["authenticationMode"];
    expect(draft).toEqual(made);
  });
}
