/** Sign-up, login and customer records. */
import assert from "node:assert/strict";
import { codeOf, connect } from "../client.mjs";

const EMAIL = "sdk.shopper@example.com";
const PASSWORD = "sdk-shopper-password";
const WORDING = { message: "wording", "errors[].message": "wording" };
const NO_LOGIN = "labd's mock has no project-wide login";

export const customerSteps = [
  {
    name: "sign-up",
    call: (s) => s.shop.api.customers().post({ body: { email: EMAIL, password: PASSWORD, firstName: "Sam", lastName: "Shopper", customerNumber: "SDK-1" } }),
    status: 201,
    check: (body) => assert.equal(body.customer.email, EMAIL),
    keep: (body, s) => (s.customer = body.customer),
    labd: { differs: { "customer.password": "each server hides the password in its own way" } },
  },
  {
    name: "the same e-mail again",
    call: (s) => s.shop.api.customers().post({ body: { email: EMAIL, password: PASSWORD } }),
    status: 400,
    check: (body) => assert.equal(body.errors[0].code, "DuplicateField"),
    labd: { differs: { ...WORDING, "errors[].duplicateValue": "optional member", "errors[].field": "optional member" } },
  },
  {
    name: "customer by id",
    call: (s) => s.shop.api.customers().withId({ ID: s.customer.id }).get(),
    status: 200,
    check: (body) => assert.equal(body.customerNumber, "SDK-1"),
    labd: { differs: { password: "each server hides the password in its own way" } },
  },
  {
    name: "customer by e-mail, with an input variable",
    call: (s) => s.shop.api.customers().get({ queryArgs: { where: "email = :email", "var.email": EMAIL } }),
    status: 200,
    check: (body, s) => assert.deepEqual(body.results.map((c) => c.id), [s.customer.id]),
    labd: { differs: { "results[].password": "each server hides the password in its own way" } },
  },
  {
    name: "login",
    call: (s) => s.shop.api.login().post({ body: { email: EMAIL, password: PASSWORD } }),
    status: 200,
    check: (body, s) => assert.equal(body.customer.id, s.customer.id),
    labd: NO_LOGIN,
  },
  {
    name: "login with a wrong password",
    call: (s) => s.shop.api.login().post({ body: { email: EMAIL, password: "wrong" } }),
    status: 400,
    check: (body) => assert.equal(body.errors[0].code, "InvalidCredentials"),
    labd: NO_LOGIN,
  },
  {
    name: "the password flow",
    call: (s) => (s.own = connect(s.vendor, { flow: "password", user: { username: EMAIL, password: PASSWORD } })).api.stores().withKey({ key: "uk" }).get(),
    status: 200,
    check: (_, s) => assert.ok(s.own.token().refreshToken, "no refresh token"),
    labd: true,
  },
  {
    name: "the password flow with a wrong password",
    call: (s) => connect(s.vendor, { flow: "password", user: { username: EMAIL, password: "wrong" } }).api.get(),
    status: 400,
    check: (body) => assert.equal(codeOf(body), "invalid_customer_account_credentials"),
    labd: { differs: { "errors[].error": "RFC 6749 member", "errors[].error_description": "RFC 6749 member", "errors[].statusCode": "wrapper of the SDK", "errors[].message": "wording", "errors[].errors": "wrapper of the SDK", "errors[].code": "wrapper of the SDK" } },
  },
  {
    name: "an unknown customer",
    call: (s) => s.shop.api.customers().withId({ ID: "00000000-0000-4000-8000-000000000000" }).get(),
    status: 404,
    check: (body) => assert.equal(body.errors[0].code, "ResourceNotFound"),
    labd: { differs: WORDING },
  },
];
