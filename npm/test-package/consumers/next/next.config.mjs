// The root is where the packages are: the checkout around this folder.
export default { turbopack: { root: process.env.PACKAGES_ROOT }, reactStrictMode: true };
