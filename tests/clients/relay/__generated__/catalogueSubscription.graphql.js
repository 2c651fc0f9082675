/**
 * @generated SignedSource<<535f76eb86562b67cecd802d3dfaa39f>>
 * @lightSyntaxTransform
 */

/* eslint-disable */

'use strict';

var node = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "after"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "listingId"
},
v2 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "after",
        "variableName": "after"
      },
      {
        "kind": "Variable",
        "name": "listingId",
        "variableName": "listingId"
      }
    ],
    "concreteType": "ListingActivity",
    "kind": "LinkedField",
    "name": "listingActivity",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "cursor",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "kind",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "Listing",
        "kind": "LinkedField",
        "name": "listing",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "catalogueSubscription",
    "selections": (v2/*:: as any*/),
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [
      (v1/*:: as any*/),
      (v0/*:: as any*/)
    ],
    "kind": "Operation",
    "name": "catalogueSubscription",
    "selections": (v2/*:: as any*/)
  },
  "params": {
    "cacheID": "6e39de3a8b7ed19b99caf039d37dd939",
    "id": null,
    "metadata": {},
    "name": "catalogueSubscription",
    "operationKind": "subscription",
    "text": "subscription catalogueSubscription(\n  $listingId: ID!\n  $after: String\n) {\n  listingActivity(listingId: $listingId, after: $after) {\n    cursor\n    kind\n    listing {\n      id\n    }\n  }\n}\n"
  }
};
})();

node.hash = "2113d4f6d99827e2e4cc4819c1383807";

module.exports = node;
