/**
 * Loops that go on until they settle: solvers and gradients around a kernel that makes one step.
 */
package org.iterativemaps.kernel.settle;
